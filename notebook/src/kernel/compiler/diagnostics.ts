import { relative } from "node:path";
import ts from "typescript";

/** Something that the compiler objects to. */
export interface CellDiagnostic {
  message: string;
  /** Path from the notebook's folder; `undefined` for the cell itself. */
  file: string | undefined;
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 units. */
  column: number;
  /** The line in which it stands. */
  source: string;
}

/** @param folder paths are told relative to it. @param cell name of the cell's own file */
export function describeDiagnostic(diagnostic: ts.Diagnostic, folder: string, cell: string): CellDiagnostic {
  const message = rephrase(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"), diagnostic.code);
  const { file, start = 0 } = diagnostic;
  if (!file) return { message, file: undefined, line: 1, column: 1, source: "" };
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  return {
    message,
    file: file.fileName === cell ? undefined : relative(folder, file.fileName),
    line: line + 1,
    column: character + 1,
    source: file.text.split("\n")[line]?.replace(/\r$/, "") ?? "",
  };
}

const CANNOT_FIND_MODULE = [2307, 2792];

/** What the compiler says, where it would speak of files and options that a notebook does not have. */
function rephrase(message: string, code: number): string {
  if (!CANNOT_FIND_MODULE.includes(code)) return message;
  const name = /'([^']*)'/.exec(message)?.[1] ?? "";
  if (name.startsWith(".")) return `there is no module ${name} beside the notebook`;
  return `there is no package ${name} here; install it beside the notebook: npm install ${name}`;
}
