import { escapeHtml } from "finetune-ts/internal";
import type { Displayable } from "../mime";
import { textColumns } from "../text-columns";
import { wrapText } from "../wrap-text";

/** Sentences about this run, made from its figures: a paragraph on a page, wrapped lines in a terminal. */
export interface Prose extends Displayable {
  readonly sentences: readonly string[];
}

/** A figure and its per cent sign stay on one line. */
const NO_BREAK = "\u00a0%";

/** A paragraph of these sentences. What stands in them is data: nothing of it is markup. */
export function prose(sentences: readonly string[]): Prose {
  const text = sentences.join(" ");
  return {
    sentences,
    toMimeBundle: () => ({
      "text/html": `<p style="max-width:44em;margin:.5em 0">${escapeHtml(text).replace(/ %/g, NO_BREAK)}</p>`,
      "text/plain": wrapText(text, Math.min(textColumns(), 100)).join("\n"),
    }),
  };
}

/** A figure with as many digits as a loss needs. */
export const figure = (value: number): string => value.toFixed(value < 0.1 ? 3 : 2);

/** "a, b and c" */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
