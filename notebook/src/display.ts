import { randomUUID } from "node:crypto";
import { inspect } from "node:util";

import type { Displayable, MimeBundle } from "./mime";
import { richForms } from "./results";
import { table } from "./tables";
import { kernelBridge } from "./kernel-bridge";
import { displayChannel } from "./display-channel";

/** An output that can be drawn anew in its place. */
export interface LiveDisplay {
  /** Draws `content` where the previous one stood. */
  update(content: Displayable): void;
  /** Says that the last content stays. A terminal prints it now, once. */
  close(): void;
}

/**
 * Shows a value in the cell, as IPython's `display` does; a terminal gets the plain text.
 *
 * @param value what a cell's last expression could be: a dataframe or rows (shown as a table), a plot, a Dataset or DatasetDict,
 *   Features, a tensor, a model, anything with `toMimeBundle()`, or plain text
 * @example
 * display(rawDatasets.train.slice(0, 3).toDataFrame());
 * display("plain text");
 */
export function display(value: object | string): void {
  const bundle = forms(value);
  const write = displayChannel();
  if (write) write({ data: bundle, metadata: {}, transient: {} }, false);
  else process.stdout.write(`${bundle["text/plain"]}\n`);
}

/**
 * Empties the output of the cell, as IPython's `clear_output` does. In a terminal nothing is cleared.
 *
 * @param options `wait`: empty it only when the next output comes, so that nothing flickers. Default false
 * @example
 * for (let second = 3; second > 0; second--) {
 *   clearOutput({ wait: true });
 *   display(`${second} …`);
 * }
 */
export function clearOutput({ wait = false }: { wait?: boolean } = {}): void {
  kernelBridge()?.clearOutput(wait);
}

/**
 * Opens an output that is redrawn in place: one in the cell, or one line at the end in a terminal.
 *
 * @example
 * const live = openDisplay();
 * for (const step of [1, 2, 3]) live.update(table([{ step }]));
 * live.close();
 */
export function openDisplay(): LiveDisplay {
  const id = randomUUID();
  let shown = false;
  let unprinted: Displayable | undefined;
  return {
    update(content) {
      const write = displayChannel();
      if (!write) {
        unprinted = content;
        return;
      }
      write({ data: content.toMimeBundle(), metadata: {}, transient: { display_id: id } }, shown);
      shown = true;
    },
    close() {
      if (unprinted) process.stdout.write(`${unprinted.toMimeBundle()["text/plain"]}\n`);
      unprinted = undefined;
    },
  };
}

function forms(value: object | string): MimeBundle {
  if (typeof value === "string") return { "text/plain": value };
  if (isDisplayable(value)) return value.toMimeBundle();
  if (isRows(value)) return table(value).toMimeBundle();
  return richForms(value) ?? { "text/plain": inspect(value) };
}

const isDisplayable = (value: object): value is Displayable =>
  "toMimeBundle" in value && typeof value.toMimeBundle === "function";

const isRows = (value: object): value is readonly Record<string, unknown>[] =>
  Array.isArray(value) && value.every((row) => typeof row === "object" && row !== null);
