import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript";

const ROOT = path.resolve(__dirname, "..");

/**
 * The rooms of both packages, lowest first: a file imports from its own room and from those further up this list only.
 * A room of the notebook's package begins with its folder.
 */
const RANKS: readonly (readonly string[])[] = [
  [
    "platform",
    "errors",
    "escape-html",
    "embedded",
    "known-options",
    "launch",
    "notices",
    "near-names",
    "own-properties",
    "json-depth",
    "progress",
    "random",
    "tfjs",
  ],
  ["engines"],
  ["ops"],
  ["hub"],
  ["distributed"],
  ["checkpoints"],
  ["datasets", "tokenizers"],
  ["models", "collators", "evaluation"],
  ["training", "export", "tasks"],
  ["inference"],
  ["browser"],
  ["studio"],
  ["cli"],
  ["index", "internal"],
  ["browser-index"],
  ["notebook/display"],
  ["notebook/kernel"],
  ["notebook/cli"],
  ["notebook/index"],
];

/** Rooms that know nothing of tensors, models and training. */
const INDEPENDENT = ["datasets", "tokenizers", "checkpoints", "hub"];

interface SourceFile {
  /** Relative to lib/src, with forward slashes; of the notebook's package, notebook/ and the path in its src. */
  name: string;
  lines: number;
  /** Our files that it imports, types included. */
  imports: string[];
  /** Those of them that are loaded when the program runs; types are gone by then. */
  loads: string[];
}

/** The room of a file: its folder, or a file at the top itself. */
function roomOf(file: string): string {
  // `x.browser.ts` is x in a browser.
  const [first, second = ""] = file.replace(/(\.browser)?\.ts$/, "").split("/");
  if (first !== "notebook") return first!;
  // What lies at the top of that package is what its cells show, but for the door.
  return ["kernel", "cli", "index"].includes(second) ? `notebook/${second}` : "notebook/display";
}
const rankOf = (file: string) => RANKS.findIndex((rooms) => rooms.includes(roomOf(file)));

/** A package of ours that is imported by its name is imported by its door. */
const DOORS = new Map([
  ["finetune-ts", "index"],
  ["finetune-ts/internal", "internal"],
  ["finetune-ts-notebook", "notebook/index"],
]);

const PACKAGES = [
  { source: path.join(ROOT, "lib/src"), prefix: "" },
  { source: path.join(ROOT, "notebook/src"), prefix: "notebook/" },
];
const files = PACKAGES.flatMap(({ source, prefix }) =>
  readdirSync(source, { recursive: true, encoding: "utf8" })
    .map((file) => file.split(path.sep).join("/"))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .map((file) => readSource(`${prefix}${file}`, path.join(source, file))),
);
const names = new Set(files.map(({ name }) => name));

function readSource(name: string, file: string): SourceFile {
  const text = readFileSync(file, "utf8");
  const { statements } = ts.createSourceFile(name, text, ts.ScriptTarget.Latest);
  const targets = (typesToo: boolean) =>
    statements
      .filter(isImportOrExport)
      .filter((statement) => typesToo || !isTypeOnly(statement))
      .map(({ moduleSpecifier }) => (moduleSpecifier as ts.StringLiteral | undefined)?.text ?? "")
      .filter((target) => target.startsWith(".") || DOORS.has(target))
      .map((target) => DOORS.get(target) ?? path.posix.join(path.posix.dirname(name), target))
      .filter((target) => !/\.(json|mjs|cjs|node)$/.test(target))
      .map((target) => `${target}.ts`);
  return { name, lines: text.split("\n").length - 1, imports: targets(true), loads: targets(false) };
}

type ImportOrExport = ts.ImportDeclaration | ts.ExportDeclaration;

function isImportOrExport(statement: ts.Statement): statement is ImportOrExport {
  return ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement);
}

function isTypeOnly(statement: ImportOrExport): boolean {
  return ts.isImportDeclaration(statement)
    ? statement.importClause?.isTypeOnly === true
    : statement.isTypeOnly;
}

test("there are files, each in a room of the plan", () => {
  assert.ok(files.length > 50, `${files.length} files`);
  const strangers = files.filter(({ name }) => rankOf(name) < 0).map(({ name }) => name);
  assert.deepEqual(strangers, []);
});

test("every relative import is a file of the library", () => {
  const missing = files.flatMap(({ name, imports }) =>
    imports.filter((target) => !names.has(target)).map((target) => `${name} -> ${target}`),
  );
  assert.deepEqual(missing, []);
});

test("imports run one way", () => {
  const upward = files.flatMap(({ name, imports }) =>
    imports.filter((target) => rankOf(target) > rankOf(name)).map((target) => `${name} -> ${target}`),
  );
  assert.deepEqual(upward, []);
});

test("datasets, tokenizers and checkpoints know nothing of tensors' engines and models", () => {
  const curious = files
    .filter(({ name }) => INDEPENDENT.includes(roomOf(name)))
    .flatMap(({ name, imports }) =>
      imports
        .filter((target) => ["engines", "ops", "models", "training"].includes(roomOf(target)))
        .map((target) => `${name} -> ${target}`),
    );
  assert.deepEqual(curious, []);
});

test("rooms of one rank do not import each other", () => {
  const sideways = files.flatMap(({ name, imports }) =>
    imports
      .filter((target) => rankOf(target) === rankOf(name) && roomOf(target) !== roomOf(name))
      .filter((target) => rankOf(target) > 0)
      .map((target) => `${name} -> ${target}`),
  );
  assert.deepEqual(sideways, []);
});

test("nobody imports his own package's index.ts", () => {
  const importers = files.filter(({ name, imports }) =>
    imports.includes(name.startsWith("notebook/") ? "notebook/index.ts" : "index.ts"),
  );
  // The door for browsers is this one and some more.
  assert.deepEqual(
    importers.map(({ name }) => name),
    ["browser-index.ts"],
  );
});

test("no file waits for itself: what is loaded goes round in no circle", () => {
  const loadsOf = new Map(files.map(({ name, loads }) => [name, loads]));
  const finished = new Set<string>();
  const visit = (name: string, trail: string[]): void => {
    const start = trail.indexOf(name);
    assert.equal(start, -1, `a circle: ${[...trail.slice(start), name].join(" -> ")}`);
    if (finished.has(name)) return;
    for (const target of loadsOf.get(name) ?? []) visit(target, [...trail, name]);
    finished.add(name);
  };
  for (const { name } of files) visit(name, []);
});

test("a file's name says its subject, and it can be read at one sitting", () => {
  const vague = files.filter(({ name }) => /(^|\/)(utils?|helpers?|misc|common)\.ts$/.test(name));
  assert.deepEqual(
    vague.map(({ name }) => name),
    [],
  );
  const long = files.filter(({ lines }) => lines > 400);
  assert.deepEqual(
    long.map(({ name, lines }) => `${name}: ${lines} lines`),
    [],
  );
  const short = files.filter(({ lines }) => lines <= 250);
  assert.ok(short.length > files.length * 0.9, "most files have at most 250 lines");
});
