import ts from "typescript";
import type { CellCompiler } from "./cell-compiler";
import { toOffset, toPosition } from "./positions";

/**
 * What can stand at a position of a cell: the content of `complete_reply`. Names that begin as what is typed come
 * first, then those that do but for case, then those that contain it.
 *
 * @param position in code points
 */
export function complete(compiler: CellCompiler, code: string, position: number): Record<string, unknown> {
  const offset = toOffset(code, position);
  const info = compiler.consult(code, (service, file) =>
    service.getCompletionsAtPosition(file, offset, {
      includeCompletionsWithInsertText: true,
      includeCompletionsForModuleExports: false,
    }),
  );
  const start = offset - (/[\p{ID_Continue}$]*$/u.exec(code.slice(0, offset))?.[0].length ?? 0);
  const end = offset + (/^[\p{ID_Continue}$]*/u.exec(code.slice(offset))?.[0].length ?? 0);
  const typed = code.slice(start, offset);
  const rank = (name: string): number => {
    if (name.startsWith(typed)) return 0;
    if (name.toLowerCase().startsWith(typed.toLowerCase())) return 1;
    return name.toLowerCase().includes(typed.toLowerCase()) ? 2 : 3;
  };
  const entries = (info?.entries ?? [])
    .filter(({ name }) => !name.startsWith("__cell_") && !name.startsWith("__consulted"))
    .map((entry) => ({ ...entry, rank: rank(entry.name) }))
    .filter((entry) => entry.rank < 3)
    .sort((a, b) => a.rank - b.rank || compare(a.sortText, b.sortText) || compare(a.name, b.name));
  const [cursorStart, cursorEnd] = [toPosition(code, start), toPosition(code, end)];
  return {
    status: "ok",
    matches: entries.map(({ name }) => name),
    cursor_start: cursorStart,
    cursor_end: cursorEnd,
    metadata: {
      // What JupyterLab shows beside each name.
      _jupyter_types_experimental: entries.map(({ name, kind }) => ({
        text: name,
        type: typeOf(kind),
        start: cursorStart,
        end: cursorEnd,
      })),
    },
  };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** TypeScript's kind of a name in Jupyter's words. */
function typeOf(kind: ts.ScriptElementKind): string {
  switch (kind) {
    case ts.ScriptElementKind.functionElement:
    case ts.ScriptElementKind.memberFunctionElement:
    case ts.ScriptElementKind.localFunctionElement:
      return "function";
    case ts.ScriptElementKind.classElement:
      return "class";
    case ts.ScriptElementKind.moduleElement:
    case ts.ScriptElementKind.externalModuleName:
      return "module";
    case ts.ScriptElementKind.keyword:
      return "keyword";
    case ts.ScriptElementKind.memberVariableElement:
    case ts.ScriptElementKind.memberGetAccessorElement:
      return "property";
    default:
      return "instance";
  }
}
