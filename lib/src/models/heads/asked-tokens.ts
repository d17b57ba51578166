import type * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../../errors";
import { IGNORED_LABEL } from "../../ops/cross-entropy";
import type { TaskInputs } from "../model-output";
import type { PackedBatch } from "../packed-batch";

/** Packed rows of the tokens that have a label, with these labels. */
export function askedTokens(labels: tf.Tensor2D, { layout, positions }: PackedBatch) {
  const columns = labels.shape[1];
  const values = labels.dataSync();
  const rows: number[] = [];
  const found: number[] = [];
  for (let sequence = 0; sequence < layout.count; sequence++) {
    for (let row = layout.offsets[sequence]!; row < layout.offsets[sequence + 1]!; row++) {
      const label = values[sequence * columns + positions[row]!]!;
      if (label === IGNORED_LABEL) continue;
      rows.push(row);
      found.push(label);
    }
  }
  return { rows, labels: found };
}

/** How many tokens have a label. */
export function countAsked({ labels }: Pick<TaskInputs, "labels">): number {
  let asked = 0;
  for (const label of labels?.dataSync() ?? []) if (label !== IGNORED_LABEL) asked++;
  return asked;
}

/** What labels of tokens have to be. */
export interface TokenLabels {
  /** Labels are below it. */
  count: number;
  /** Such as "ids". */
  what: string;
  /** What kind of a model it is, and which collator makes such labels. */
  model: string;
  collator: string;
}

/** @throws ConfigError that names the row and the token whose label is none */
export function checkTokenLabels(
  { input_ids, labels }: TaskInputs,
  { count, what, model, collator }: TokenLabels,
): void {
  if (!labels) return;
  const [rows, columns] = input_ids.shape;
  if (labels.shape[0] !== rows || labels.shape[1] !== columns) {
    throw new ConfigError(
      `labels have the shape [${labels.shape.join(", ")}], input_ids [${rows}, ${columns}]; ${model} ` +
        `needs one label a token. ${collator} makes them.`,
    );
  }
  for (const [place, label] of labels.dataSync().entries()) {
    if (label === IGNORED_LABEL || (Number.isInteger(label) && label >= 0 && label < count)) continue;
    throw new ConfigError(
      `Row ${Math.floor(place / columns)} of the batch, token ${place % columns}: the label ${label} is none of the ` +
        `${count} ${what}, nor ${IGNORED_LABEL} (not asked).`,
    );
  }
}
