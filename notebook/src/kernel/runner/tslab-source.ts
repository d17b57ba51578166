import ts from "typescript";

/**
 * A cell as plain tslab can run it: tslab does not find variables of earlier cells in the short form `{ tokenizer }`,
 * so they are written out, `{ tokenizer: tokenizer }`.
 */
export function tslabSource(code: string): string {
  const file = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.Latest, true);
  const ends: [number, string][] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isShorthandPropertyAssignment(node) && !node.objectAssignmentInitializer) {
      ends.push([node.name.end, node.name.text]);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return ends.reduceRight((text, [end, name]) => `${text.slice(0, end)}: ${name}${text.slice(end)}`, code);
}
