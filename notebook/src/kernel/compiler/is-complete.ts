import ts from "typescript";

/** The content of `is_complete_reply`. */
export type Completeness = { status: "complete" | "invalid" } | { status: "incomplete"; indent: string };

/** Errors that more text can mend wherever they are reported: unfinished comments and templates. */
const UNFINISHED = [1010, 1160];

/**
 * Whether a cell that is being typed can run (a console asks at each newline): "incomplete" when what it lacks may
 * still come, "invalid" when nothing that follows can make it right.
 */
export function isComplete(code: string): Completeness {
  const file = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.Latest, true);
  const { parseDiagnostics } = file as ts.SourceFile & {
    parseDiagnostics: readonly ts.DiagnosticWithLocation[];
  };
  const [first] = parseDiagnostics;
  if (!first) return { status: "complete" };
  const end = code.trimEnd().length;
  const open = parseDiagnostics.some(({ code: number }) => UNFINISHED.includes(number));
  if (open || first.start >= end) return { status: "incomplete", indent: nextIndent(code) };
  return { status: "invalid" };
}

/** The indent of the line before, and two more where it opens a bracket. */
function nextIndent(code: string): string {
  const line = code.trimEnd().split("\n").at(-1) ?? "";
  const indent = /^\s*/.exec(line)?.[0] ?? "";
  return /[{([]$/.test(line) ? `${indent}  ` : indent;
}
