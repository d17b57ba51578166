import ts from "typescript";
import type { CellCompiler } from "./cell-compiler";
import { toOffset } from "./positions";

/**
 * What stands at a position of a cell, or, between the parentheses of a call, what is called: signature, and what
 * its author wrote about it. The content of `inspect_reply`.
 *
 * @param position in code points
 */
export function inspectCell(compiler: CellCompiler, code: string, position: number): Record<string, unknown> {
  const offset = toOffset(code, position);
  const text = compiler.consult(code, (service, file) => {
    const at =
      quickInfo(service, file, offset) ?? (offset > 0 ? quickInfo(service, file, offset - 1) : undefined);
    return at ?? signatureHelp(service, file, offset);
  });
  const data = text === undefined ? {} : { "text/plain": text };
  return { status: "ok", found: text !== undefined, data, metadata: {} };
}

function quickInfo(service: ts.LanguageService, file: string, offset: number): string | undefined {
  const info = service.getQuickInfoAtPosition(file, offset);
  if (!info || !info.displayParts || info.displayParts.length === 0) return undefined;
  // What an earlier cell declares is imported behind this one's text; that is not how its author sees it.
  const signature = plain(info.displayParts)
    .replace(/^\(alias\) /, "")
    .replace(/\nimport [^\n]*$/, "");
  return describe(signature, info.documentation, info.tags);
}

function signatureHelp(service: ts.LanguageService, file: string, offset: number): string | undefined {
  const help = service.getSignatureHelpItems(file, offset, undefined);
  const item = help?.items[help.selectedItemIndex] ?? help?.items[0];
  if (!help || !item) return undefined;
  const parameters = item.parameters
    .map(({ displayParts }) => plain(displayParts))
    .join(plain(item.separatorDisplayParts));
  const signature = plain(item.prefixDisplayParts) + parameters + plain(item.suffixDisplayParts);
  return describe(signature, item.documentation, item.tags);
}

const plain = (parts: readonly ts.SymbolDisplayPart[] | undefined) =>
  ts.displayPartsToString(parts ? [...parts] : []);

function describe(
  signature: string,
  documentation: readonly ts.SymbolDisplayPart[] | undefined,
  tags: readonly ts.JSDocTagInfo[] | undefined,
): string {
  const notes = (tags ?? []).map(({ name, text }) => `@${name} ${plain(text)}`.trimEnd());
  return [signature, plain(documentation), notes.join("\n")].filter((part) => part !== "").join("\n\n");
}
