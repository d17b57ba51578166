import { FinetuneError } from "../errors";
import type { PreTrainedModel } from "../models/pretrained-model";
import type { TrainerDataset } from "./data-loader";
import { warn } from "../notices";

/** What a batch was made of. */
export interface BatchSource {
  dataset: TrainerDataset;
  /** The dataset's row numbers. */
  rows: Int32Array;
}

/** How collators and models name a row. */
const ROW_OF_BATCH = /\bRow (\d+) of the batch\b/g;

/**
 * Calls `body`, whose errors name rows of a batch, and has them name rows of the dataset.
 *
 * @param rows  the dataset's row numbers of the batch
 */
export function namingDatasetRows<T>(rows: ArrayLike<number> | undefined, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (rows && error instanceof FinetuneError) {
      error.message = error.message.replace(ROW_OF_BATCH, (_, row: string) => {
        return `Row ${rows[Number(row)] ?? row} of the dataset`;
      });
    }
    throw error;
  }
}

/**
 * Where some labels of a dataset are hidden and others are not: says which rows an evaluation leaves out. It is told.
 *
 * @returns undefined where none is hidden, or all are
 */
export function hiddenRowsOf(
  dataset: TrainerDataset,
  model: Pick<PreTrainedModel<object>, "isHiddenLabel">,
): ((row: number) => boolean) | undefined {
  const isHidden = Array.from({ length: dataset.length }, (_, row) => {
    const label = labelOf(dataset.at(row));
    return label !== undefined && model.isHiddenLabel(label);
  });
  const hidden = isHidden.filter(Boolean).length;
  if (hidden === 0 || hidden === dataset.length) return undefined;
  warn(`Evaluating: ${hidden} of ${dataset.length} rows hide their label (-1) and are left out.`);
  return (row) => isHidden[row]!;
}

/** A row's label, under any of the names that it may have; undefined where it has none that is a number. */
function labelOf({ label, labels, label_ids }: Record<string, unknown>): number | undefined {
  const value = label ?? labels ?? label_ids;
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;
}
