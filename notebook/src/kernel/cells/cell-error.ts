import { dirname, resolve } from "node:path";
import { inspect } from "node:util";
import { caret } from "../compiler/caret";
import type { CellError } from "../protocol/cell-messages";
import { isAuthorsCode, sourceLine } from "./code-registry";

/** Where this package and the library lie in a repository; elsewhere the folder in node_modules tells. */
const PACKAGE = resolve(__dirname, "..", "..", "..");
const LIBRARY = dirname(require.resolve("finetune-ts/package.json"));

/** Longer chains of causes than this are cut. */
const DEEPEST = 8;

/** Tells what a cell threw as a Jupyter error, whatever it is: values may throw themselves when they are looked at. */
export function describeThrown(thrown: unknown): CellError {
  try {
    return tellThrown(thrown);
  } catch {
    const evalue = "the cell threw a value that cannot be shown";
    return { ename: "Error", evalue, traceback: [`Error: ${evalue}`] };
  }
}

function tellThrown(thrown: unknown): CellError {
  if (isInterrupt(thrown)) {
    return {
      ename: "KeyboardInterrupt",
      evalue: "the cell was interrupted",
      traceback: ["KeyboardInterrupt"],
    };
  }
  if (!isError(thrown)) {
    const shown = typeof thrown === "string" ? thrown : inspect(thrown);
    return { ename: "Error", evalue: shown, traceback: [`Error: ${shown}`] };
  }
  return { ename: nameOf(thrown), evalue: String(thrown.message), traceback: describe(thrown, new Set()) };
}

export function isInterrupt(thrown: unknown): boolean {
  if (!isError(thrown)) return false;
  return (
    thrown.name === "KeyboardInterrupt" ||
    (thrown as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_INTERRUPTED"
  );
}

/** Also true of errors from another realm (`vm`). */
function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

const nameOf = (error: Error): string =>
  typeof error.name === "string" && error.name !== "" ? error.name : "Error";

function describe(error: Error, seen: Set<unknown>): string[] {
  if (seen.has(error)) return [`${nameOf(error)}: ${error.message} (as above)`];
  seen.add(error);
  const lines = [`${nameOf(error)}: ${error.message}`, ...frames(error)];
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === "string" || typeof code === "number") lines.push(`    code: ${code}`);
  if (seen.size > DEEPEST) return lines;
  const parts = (error as AggregateError).errors;
  if (Array.isArray(parts)) {
    parts.forEach((part, at) => lines.push(...nested(`error ${at + 1} of ${parts.length}`, part, seen)));
  }
  if (error.cause !== undefined) lines.push(...nested("caused by", error.cause, seen));
  return lines;
}

function nested(title: string, thrown: unknown, seen: Set<unknown>): string[] {
  const [first, ...rest] = isError(thrown) ? describe(thrown, seen) : [inspect(thrown)];
  return [`  ${title}: ${first}`, ...rest.map((line) => `  ${line}`)];
}

/** A frame of a stack trace: `f (place:line:column)` or `place:line:column`. */
const FRAME = /^\s+at (?:(.*?) \()?(.*?):(\d+):(\d+)\)?$/;

/**
 * The stack for people: places in cells and in files beside the notebook, the first one with its line; frames of
 * libraries and of the kernel between them in one line.
 */
function frames(error: Error): string[] {
  const stack = typeof error.stack === "string" ? error.stack.split("\n") : [];
  const lines: string[] = [];
  let folded: string[] = [];
  let shown = false;
  const fold = () => {
    if (folded.length > 0)
      lines.push(`    … ${folded.length} ${folded.length === 1 ? "frame" : "frames"} in ${owners(folded)}`);
    folded = [];
  };
  for (const each of stack) {
    if (!/^\s+at /.test(each)) continue;
    const [, called, name = "", line = "", column = ""] = FRAME.exec(each) ?? [];
    if (!isAuthorsCode(name)) {
      folded.push(name);
      continue;
    }
    fold();
    const by = called === undefined ? "" : `${called.replace(/^async /, "").replace(/^Object\./, "")}, `;
    lines.push(`    at ${by}${name}, line ${line}, column ${column}`);
    const source = shown ? undefined : sourceLine(name, Number(line));
    if (source !== undefined) lines.push(`        ${source}`, `        ${caret(source, Number(column))}`);
    shown = true;
  }
  // What comes below the first cell is the kernel that ran it.
  if (!shown) fold();
  return lines;
}

/** Whose code it is, by the folders it lies in. */
function owners(files: readonly string[]): string {
  const names = files.map((file) => {
    if (file.startsWith("node:")) return "Node.js";
    // Built-in functions, such as Array.map, have no file.
    if (file === "") return "JavaScript";
    const inside = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1];
    if (inside !== undefined) return inside.replaceAll("\\", "/");
    if (file.startsWith(__dirname)) return "the kernel";
    if (file.startsWith(LIBRARY)) return "finetune-ts";
    return file.startsWith(PACKAGE) ? "finetune-ts-notebook" : "other code";
  });
  return [...new Set(names)].join(", ");
}
