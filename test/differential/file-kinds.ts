import type { Random } from "../checkpoints/support";

/** A file as people have it, and the options to load it with, in Python's names. */
export interface GeneratedFile {
  builder: "csv" | "json";
  extension: string;
  content: string;
  options: Record<string, unknown>;
}

const WORDS = [
  "film",
  "a good film",
  "é",
  "日本 語",
  "👍",
  "it's",
  "x".repeat(50),
  "-",
  "a;b",
  "1a",
  "a1",
  "2020-01-02",
  "12:30",
];
const AWKWARD = ['say "no"', "a,b", "line\nend", "tab\there", '"', ",", "\n", '""'];
const INTEGERS = [
  "0",
  "1",
  "-1",
  "42",
  "007",
  "-0",
  "2147483648",
  "9007199254740993",
  "-9223372036854775808",
  "9223372036854775807",
];
const HUGE = [
  "9223372036854775808",
  "18446744073709551615",
  "18446744073709551616",
  "123456789012345678901234567890",
];
const FRACTIONS = [
  "0.5",
  "-1.25",
  "1.0",
  "1e5",
  "1E-3",
  ".5",
  "5.",
  "-0.0",
  "1e400",
  "0.1",
  "3.141592653589793",
  "123456789.125",
];
const STRANGE = ["inf", "-inf", "nan", "NaN", "Infinity"];
const BOOLEANS = ["True", "False", "true", "false", "TRUE"];
/** What pandas takes for missing. */
const MISSING = ["NA", "N/A", "null", "None", "NULL", "n/a", "<NA>", "#N/A", "-nan"];

type Cell = (random: Random) => string;

/** What the columns of a CSV may hold. */
const COLUMNS: Cell[] = [
  (random) => random.pick(INTEGERS),
  (random) => String(random.below(1000) - 500),
  (random) => random.pick(FRACTIONS),
  (random) => random.pick([...INTEGERS, ...FRACTIONS]),
  (random) => random.pick(BOOLEANS),
  (random) => random.pick(["True", "False"]),
  (random) => random.pick(WORDS),
  (random) => random.pick([...WORDS, ...AWKWARD]),
  (random) => random.pick([...WORDS, ...INTEGERS, ...FRACTIONS]),
  (random) => random.pick([...BOOLEANS, "1", "0"]),
  (random) => random.pick([...INTEGERS, ...HUGE]),
  (random) => random.pick([...FRACTIONS, ...STRANGE]),
  (random) => random.pick([...WORDS, ...MISSING]),
  (random) => random.pick([...INTEGERS, ...MISSING]),
];

function quoted(field: string, random: Random, quote: boolean): string {
  const needs = /[",\n\r;\t]/.test(field);
  return needs || (quote && random.below(8) === 0) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** A CSV of some columns, each of one kind of cells, written in one of the ways that files are. */
export function csvFile(random: Random): GeneratedFile {
  const kinds = Array.from({ length: 1 + random.below(4) }, () => random.pick(COLUMNS));
  const separator = random.pick([",", ",", ",", ";", "\t"]);
  const end = random.pick(["\n", "\n", "\r\n", "\r"]);
  const quote = random.below(3) === 0;
  // Of a line that ends with CR, pandas drops an empty first field of the next.
  const empty = end === "\r" ? 0 : random.pick([0, 0, 0.2]);
  const names = kinds.map((_, i) => random.pick([`c${i}`, `c${i}`, `a name ${i}`, String(i + 1)]));
  const lines = [names.map((name) => quoted(name, random, quote)).join(separator)];
  for (let rows = random.pick([1, 2, 5, 30]); rows > 0; rows--) {
    const fields = kinds.map((cell) =>
      random.below(100) < 100 * empty ? "" : quoted(cell(random), random, quote),
    );
    lines.push(fields.join(separator));
    if (random.below(40) === 0 && end !== "\r") lines.push("");
  }
  const content =
    (random.below(10) === 0 ? "\ufeff" : "") + lines.join(end) + (random.below(4) > 0 ? end : "");
  return { builder: "csv", extension: "csv", content, options: separator === "," ? {} : { sep: separator } };
}

type Json = (random: Random) => string;

const text: Json = (random) => JSON.stringify(random.pick([...WORDS, ...AWKWARD, "", ...INTEGERS]));
const integer: Json = (random) =>
  random.pick(["0", "1", "-7", "123456", "9007199254740993", "-9223372036854775808"]);
const fraction: Json = (random) =>
  random.pick(["0.5", "-1.25", "1.0", "1e5", "2.5e-3", "-0.0", "0.1", "1e22"]);
const boolean: Json = (random) => random.pick(["true", "false"]);
const listOf =
  (element: Json): Json =>
  (random) =>
    `[${Array.from({ length: random.pick([0, 1, 2, 4]) }, () => element(random)).join(random.pick([",", ", "]))}]`;
const orNull =
  (value: Json): Json =>
  (random) =>
    random.below(4) === 0 ? "null" : value(random);
const object: Json = (random) => {
  const fields = [`"a":${integer(random)}`, `"b":${text(random)}`, `"c":${orNull(fraction)(random)}`];
  return `{${fields.filter(() => random.below(5) > 0).join(",")}}`;
};

const VALUES: Json[] = [
  text,
  integer,
  fraction,
  boolean,
  (random) => random.pick([integer, fraction])(random),
  orNull(text),
  orNull(integer),
  orNull(fraction),
  orNull(boolean),
  listOf(integer),
  listOf(orNull(text)),
  orNull(listOf(fraction)),
  listOf((random) => random.pick([integer, fraction])(random)),
  listOf(listOf(integer)),
  object,
  orNull(object),
  listOf(object),
  () => "null",
  listOf(() => "null"),
  (random) => random.pick([integer, text, boolean])(random),
];

/** JSON Lines, an array, or one object over several lines; rows may lack columns. */
export function jsonFile(random: Random): GeneratedFile {
  const columns = Array.from(
    { length: 1 + random.below(4) },
    (_, i) => [`c${i}`, random.pick(VALUES)] as const,
  );
  const lacking = random.below(4) === 0;
  const row = (between: string) => {
    const present = columns.filter((_, i) => !lacking || i === 0 || random.below(4) > 0);
    return `{${present.map(([name, value]) => `"${name}":${random.pick(["", " "])}${value(random)}`).join(between)}}`;
  };
  const rows = random.pick([1, 2, 5, 30]);
  const form = random.below(5);
  const all = (between: string) => Array.from({ length: rows }, () => row(between));
  const content =
    form === 0
      ? `[${all(", ").join(",\n")}]`
      : form === 1 && rows === 1
        ? row(",\n  ")
        : all(", ").join("\n") + random.pick(["", "\n", "\n\n"]);
  return { builder: "json", extension: random.pick(["json", "jsonl"]), content, options: {} };
}
