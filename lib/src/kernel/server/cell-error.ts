import { inspect } from "node:util";

/** The content of Jupyter's `error` message. */
export interface CellError {
  /** Name of the error's class; "CompileError" for code that TypeScript refuses. */
  ename: string;
  evalue: string;
  /** Lines to show, the message first. */
  traceback: string[];
}

/** How tslab prints one diagnostic of the compiler; its arguments are file, line, column and text. */
const DIAGNOSTIC_FORMAT = "%s%d:%d - %s";

/** What the executor said of a failed cell: the arguments of each of its `console.error` calls. */
export type FailureReport = readonly (readonly unknown[])[];

/**
 * Tells an executor's words about a failed cell as a Jupyter error.
 *
 * @param code the cell's source, for the lines that the compiler complains about
 */
export function describeFailure(report: FailureReport, code: string): CellError {
  const diagnostics = report.filter(([format]) => format === DIAGNOSTIC_FORMAT);
  if (diagnostics.length > 0) return compileError(diagnostics, code);
  return thrownError(report[0]?.[0]);
}

function compileError(diagnostics: FailureReport, code: string): CellError {
  const source = code.split("\n");
  const traceback: string[] = [];
  let first = "";
  for (const [, file, line, column, text] of diagnostics as [string, string, number, number, string][]) {
    const where = `${file}line ${line}, column ${column}`;
    first ||= `${where}: ${text}`;
    traceback.push(`CompileError: ${where}: ${text}`);
    const shown = file === "" ? source[line - 1] : undefined;
    if (shown !== undefined) traceback.push(`    ${shown}`, `    ${" ".repeat(Math.max(column - 1, 0))}^`);
  }
  return { ename: "CompileError", evalue: first, traceback };
}

function isInterrupt(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return error.message === "Interrupted asynchronously" || code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
}

function thrownError(thrown: unknown): CellError {
  if (!isError(thrown)) {
    const shown = typeof thrown === "string" ? thrown : inspect(thrown);
    return { ename: "Error", evalue: shown, traceback: [`Error: ${shown}`] };
  }
  if (isInterrupt(thrown) || thrown.name === "KeyboardInterrupt") {
    return {
      ename: "KeyboardInterrupt",
      evalue: "the cell was interrupted",
      traceback: ["KeyboardInterrupt"],
    };
  }
  const traceback = [`${thrown.name}: ${thrown.message}`, ...frames(thrown)];
  for (let cause = thrown.cause; isError(cause) && traceback.length < 60; cause = cause.cause) {
    traceback.push(`caused by ${cause.name}: ${cause.message}`, ...frames(cause));
  }
  return { ename: thrown.name, evalue: thrown.message, traceback };
}

/** Also true of errors from another realm (`vm`). */
function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

const KERNEL_FRAME = /\(?node:|[\\/]tslab[\\/]dist[\\/]/;

/**
 * The stack as far as the cell's author wrote it: without Node's and the kernel's own frames, and without
 * positions in compiled cells, which say nothing to a reader.
 */
function frames(error: Error): string[] {
  const lines = (error.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line) && !KERNEL_FRAME.test(line) && !line.includes(__dirname))
    .map((line) => line.replace(/evalmachine\.<anonymous>(:\d+)*/g, "<cell>").trimEnd());
  const last = lines.map((line) => line.includes("<cell>")).lastIndexOf(true);
  const own = last < 0 ? lines : lines.slice(0, last + 1);
  return own.filter((line, i) => line !== own[i - 1]);
}
