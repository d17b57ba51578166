import { readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";

/**
 * Removes the declarations that no door of the package leads to: whoever installs it cannot import what they declare.
 *
 * @param folder where TypeScript has written them
 * @param doors  files in it, by which the package is entered
 */
export function pruneDeclarations(folder, doors) {
  const program = ts.createProgram(
    doors.map((door) => join(folder, door)),
    {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      skipLibCheck: true,
      types: [],
    },
  );
  const reached = new Set(program.getSourceFiles().map(({ fileName }) => resolve(fileName)));
  for (const door of doors) {
    if (!reached.has(resolve(folder, door))) throw new Error(`${folder} has no ${door}`);
  }
  for (const name of readdirSync(folder, { recursive: true })) {
    const file = resolve(folder, name);
    if (/\.d\.m?ts$/.test(file) && !reached.has(file)) rmSync(file);
  }
}
