import type { Dataset } from "../../lib/src/datasets/dataset";
import { featureToString } from "../../lib/src/datasets/features";

/** What came of loading a file: load_files.py answers in this form. */
export type Loaded =
  | { features: Record<string, string>; rows: Record<string, unknown>[]; error?: undefined }
  | { error: string };

/** A dataset in the form in which Python answers: with marks where JSON is not exact. */
export function loadedOf(dataset: Dataset): Loaded {
  return {
    features: Object.fromEntries(
      Array.from(dataset.features, ([name, type]) => [name, featureToString(type)]),
    ),
    rows: Array.from(dataset, (row) => plain(row) as Record<string, unknown>),
  };
}

function plain(cell: unknown): unknown {
  if (typeof cell === "bigint") return { $int: String(cell) };
  if (typeof cell === "number") {
    if (Object.is(cell, -0)) return { $float: "-0" };
    return Number.isFinite(cell) ? cell : { $float: String(cell) };
  }
  if (cell instanceof Date) return { $time: cell.toISOString() };
  if (cell instanceof Uint8Array) return { $bytes: Buffer.from(cell).toString("base64") };
  if (ArrayBuffer.isView(cell)) return Array.from(cell as unknown as ArrayLike<number>, plain);
  if (Array.isArray(cell)) return cell.map(plain);
  if (typeof cell !== "object" || cell === null) return cell ?? null;
  return Object.fromEntries(Object.entries(cell).map(([name, value]) => [name, plain(value)]));
}

/** What docs/datasets.md names under "Where it differs from Python", as far as these files show it. */
export const DIFFERENCES = [
  "no rows: Python refuses",
  "integers beyond 64 bits: Python refuses",
  "words for missing values stay words",
  "nan among fractions is NaN, not null",
  "integers with empty fields stay integers",
  "a column of several types is refused",
  "objects of other fields have all fields",
  "lists with null: Python fails",
  "JSON's -0.0 keeps its sign",
  "short pages of nested columns: pyarrow fails",
  "texts that look like times stay texts",
] as const;
export type Difference = (typeof DIFFERENCES)[number];

const MISSING = ["NA", "N/A", "null", "None", "NULL", "n/a", "<NA>", "#N/A", "-nan"];

/**
 * Compares what came of a file here and in Python.
 *
 * @returns the named differences that there are; undefined if there is one that is not named
 */
export function compare(builder: string, ours: Loaded, theirs: Loaded): Set<Difference> | undefined {
  const found = new Set<Difference>();
  if (theirs.error !== undefined) {
    if (ours.error !== undefined) return found;
    if (ours.rows.length === 0) return found.add("no rows: Python refuses");
    if (/int too large|Value out of range|too big/.test(theirs.error))
      return found.add("integers beyond 64 bits: Python refuses");
    const hasNull = (cell: unknown) => Array.isArray(cell) && cell.includes(null);
    if (
      /list offsets|Unable to merge/.test(theirs.error) &&
      ours.rows.some((row) => Object.values(row).some(hasNull))
    )
      return found.add("lists with null: Python fails");
    const isNested = Object.values(ours.features).some(
      (type) => type.startsWith("List") || type.startsWith("{"),
    );
    if (builder === "parquet" && isNested && /expected length/.test(theirs.error))
      return found.add("short pages of nested columns: pyarrow fails");
    return undefined;
  }
  if (ours.error !== undefined) {
    const isMixed = /a column holds values of one type/.test(ours.error);
    const isJson = Object.values(theirs.features).some((type) => type.includes("Json"));
    return isMixed && isJson ? found.add("a column of several types is refused") : undefined;
  }
  if (ours.rows.length !== theirs.rows.length) {
    const isOfBooleans = Object.values(ours.features).some((type) => /^List\(.*'bool'/.test(type));
    return builder === "parquet" && theirs.rows.length === 0 && isOfBooleans
      ? found.add("short pages of nested columns: pyarrow fails")
      : undefined;
  }
  const names = Object.keys(ours.features);
  if (!same([...names].sort(), Object.keys(theirs.features).sort())) return undefined;
  // In Python 5, JSON's columns that begin later stand where they begin; so here. Other files keep their order.
  for (const name of names) {
    const columns = [ours, theirs].map(({ rows }) => rows.map((row) => row[name])) as [unknown[], unknown[]];
    const types = [
      ours.features[name]!,
      theirs.features[name]!.replaceAll("large_string", "string"),
    ] as const;
    const differences = builder === "csv" ? csvColumn(columns, types) : columnOf(columns, types);
    if (differences === undefined) return undefined;
    for (const each of differences) found.add(each);
  }
  return found;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

type Pair<T> = readonly [ours: T, theirs: T];

function columnOf([ours, theirs]: Pair<unknown[]>, [type, their]: Pair<string>): Difference[] | undefined {
  const found: Difference[] = [];
  const [signed, unsigned] = [withoutZeroSigns(ours), withoutZeroSigns(theirs)];
  if (!same(ours, theirs) && same(signed, unsigned)) found.push("JSON's -0.0 keeps its sign");
  if (same(signed, unsigned) && type === their) return found;
  const [timed, untyped] = [withTimes(signed), their.replaceAll(/timestamp\[\w+\]/g, "string")];
  if (untyped !== their && !/timestamp/.test(type)) {
    if (same(timed, withTimes(unsigned)) && type === untyped)
      return ["texts that look like times stay texts"];
  }
  if (!their.includes("Json")) return undefined;
  found.push("objects of other fields have all fields");
  return same(withoutNulls(signed), withoutNulls(unsigned)) ? found : undefined;
}

function csvColumn([ours, theirs]: Pair<unknown[]>, [type, their]: Pair<string>): Difference[] | undefined {
  const found = new Set<Difference>();
  const isLarge = theirs.some((text) => typeof text === "string" && /^-?\d{19,20}$/.test(text));
  for (const [i, cell] of ours.entries()) {
    const other = theirs[i];
    if (same(cell, other)) continue;
    // Of integers that need 64 bits, pandas makes texts where fields are empty or begin with "-".
    if (isLarge && their === "Value('string')" && isWrittenAs(cell, other)) {
      found.add("integers with empty fields stay integers");
      continue;
    }
    // An integer of more than 53 bits, among fractions.
    const { $int } = (cell ?? {}) as { $int?: string };
    if ($int !== undefined && ours.includes(null) && Number($int) === other)
      found.add("integers with empty fields stay integers");
    else if (same(cell, { $float: "NaN" }) && other === null)
      found.add("nan among fractions is NaN, not null");
    else if (MISSING.includes(cell as string) && other === null)
      found.add("words for missing values stay words");
    // What Python read as numbers because it had taken the words out.
    else if (ours.some((each) => MISSING.includes(each as string)) && isReadAs(cell, other))
      found.add("words for missing values stay words");
    else return undefined;
  }
  if (type === their || found.has("words for missing values stay words")) return [...found];
  const isEmpty = ours.includes(null) && their === "Value('float64')";
  const isOther = isEmpty
    ? ["Value('int64')", "Value('null')"].includes(type)
    : isLarge && type === "Value('uint64')";
  if (!isOther) return undefined;
  return [...found.add("integers with empty fields stay integers")];
}

/** Whether an integer, or a field that is empty, is written like this. */
function isWrittenAs(cell: unknown, text: unknown): boolean {
  if (cell === null) return text === "";
  const integer = typeof cell === "number" ? String(cell) : ((cell as { $int?: string }).$int ?? "");
  return integer !== "" && BigInt(integer) === BigInt(text as string);
}

/** Whether a text is what was read as a number. */
function isReadAs(text: unknown, number: unknown): boolean {
  const value = typeof number === "object" ? Number(Object.values(number ?? {})[0]) : number;
  return typeof text === "string" && Object.is(Number(text) + 0, Number(value) + 0);
}

function mapped(cell: unknown, change: (cell: unknown) => unknown): unknown {
  const result = change(cell);
  if (Array.isArray(result)) return result.map((each) => mapped(each, change));
  if (typeof result !== "object" || result === null) return result;
  const entries = Object.entries(result).map(([name, value]) => [name, mapped(value, change)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const withTimes = (cell: unknown) =>
  mapped(cell, (each) =>
    typeof each === "string" && /^\d{4}-\d\d-\d\d$/.test(each) ? { $time: `${each}T00:00:00.000Z` } : each,
  );

const withoutZeroSigns = (cell: unknown) => mapped(cell, (each) => (same(each, { $float: "-0" }) ? 0 : each));

const withoutNulls = (cell: unknown) =>
  mapped(cell, (each) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).filter(([, value]) => value !== null))
      : each,
  );
