/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging -- an interface of its own name is how a class says that its instances are functions */
import { DatasetError } from "../errors";
import { refuseUnknownOptions } from "../known-options";
import { dispose, reshape, tensor, type Tensor } from "../tfjs";
import { Callable } from "../tokenizers/callable";
import type { Batch, Row } from "./batch";
import { checkRows, isNumberList, labelColumn, stackColumn } from "./columns";
import { DataCollatorWithPadding, type DataCollatorWithPaddingOptions } from "./data-collator-with-padding";

const OPTIONS: readonly (keyof DataCollatorWithPaddingOptions)[] = [
  "tokenizer",
  "padding",
  "maxLength",
  "padToMultipleOf",
];
const COLUMNS = ["input_ids", "token_type_ids", "attention_mask"];

export interface DataCollatorForMultipleChoice {
  /**
   * @param features rows with `input_ids`, a list of ids for each choice, and `label`, the number of the right one
   * @returns tensors, `input_ids` [rows, choices, length]; the caller disposes of them
   * @throws DatasetError that names the row with another number of choices
   */
  (features: readonly Row[]): Batch;
}

/**
 * Pads rows that hold several texts each: a question with each of its choices, or a pair of sentences. `tokenizeGroups` makes them.
 *
 * @see transformers.DataCollatorForMultipleChoice
 * @example
 * const collator = new DataCollatorForMultipleChoice({ tokenizer });
 * const { input_ids } = collator([{ input_ids: [[101, 7, 102], [101, 8, 9, 102]], label: 1 }]);
 * input_ids.shape; // [1, 2, 4]
 */
export class DataCollatorForMultipleChoice extends Callable {
  private readonly pad: DataCollatorWithPadding;

  constructor(options: DataCollatorWithPaddingOptions) {
    super();
    refuseUnknownOptions("DataCollatorForMultipleChoice", options, OPTIONS);
    this.pad = new DataCollatorWithPadding(options);
  }

  /** What a call of the collator does. */
  call(features: readonly Row[]): Batch {
    const first = checkRows(features);
    const names = COLUMNS.filter((name) => Object.hasOwn(first, name));
    const groups = features.map((row, i) => groupsOf(row, i, names));
    const choices = groups[0]!.length;
    const other = groups.findIndex(({ length }) => length !== choices);
    if (other >= 0) {
      throw new DatasetError(
        `Row ${other} of the batch has ${groups[other]!.length} choices, the first one has ${choices}; all need the same number.`,
      );
    }
    const label = labelColumn(features);
    // Before the first tensor is made: an error leaves none behind.
    const labels = label === undefined ? undefined : stackColumn(features, label);
    const flat = this.pad(groups.flat());
    const columns = Object.entries(flat).map(([name, column]): [string, Tensor] => [
      name,
      reshape(column!, [features.length, choices, column!.shape[1]!]),
    ]);
    dispose(flat);
    const batch = Object.fromEntries(columns) as unknown as Batch;
    if (!labels) return batch;
    const dtype = labels.data instanceof Int32Array ? "int32" : "float32";
    return { ...batch, labels: tensor(labels.data, labels.shape, dtype) as Batch["labels"] };
  }
}

/** The texts of a row, a row each. */
function groupsOf(row: Row, index: number, names: readonly string[]): Row[] {
  const lists = names.map((name) => {
    const value = row[name];
    if (Array.isArray(value) && value.length > 0 && value.every(isNumberList)) return value;
    throw new DatasetError(
      `Row ${index} of the batch: ${name} is no list of lists of numbers, one for each choice. tokenizeGroups makes them.`,
    );
  });
  return lists[0]!.map((_, choice) => Object.fromEntries(names.map((name, i) => [name, lists[i]![choice]])));
}
