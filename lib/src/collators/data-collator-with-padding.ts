/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging -- an interface of its own name is how a class says that its instances are functions */
import { ConfigError, DatasetError } from "../errors";
import { Callable } from "../tokenizers/callable";
import { paddedWidth, padToRectangle, type PaddingStrategy } from "../tokenizers/padding";
import type { PreTrainedTokenizer } from "../tokenizers/pretrained-tokenizer";
import type { Batch, Row } from "./batch";
import { checkRows, labelColumn, listColumn, stackColumn, toBatch, type HostColumn } from "./columns";
import { refuseUnknownOptions } from "../known-options";
import { setOwn } from "../own-properties";

export interface DataCollatorWithPaddingOptions {
  /** Says what to pad with, and on which side. */
  tokenizer: Pick<PreTrainedTokenizer, "padTokenId" | "padTokenTypeId" | "paddingSide" | "modelMaxLength">;
  /** true or "longest": to the longest example of the batch; "max_length": to `maxLength`. Default true. */
  padding?: boolean | PaddingStrategy;
  /** Width for "max_length". Default: the tokenizer's `modelMaxLength`. */
  maxLength?: number;
  /** Round the width up to a multiple of this. */
  padToMultipleOf?: number;
}

const OPTIONS: readonly (keyof DataCollatorWithPaddingOptions)[] = [
  "tokenizer",
  "padding",
  "maxLength",
  "padToMultipleOf",
];

export interface DataCollatorWithPadding {
  /**
   * @param features rows with `input_ids`, and whatever other columns of numbers
   * @returns tensors; the caller disposes of them
   * @throws DatasetError that names the row and column that make no tensor
   */
  (features: readonly Row[]): Batch;
}

/**
 * Pads the examples of a batch to the longest among them (dynamic padding): `dataCollator(rows)`. `label` and
 * `label_ids` become `labels`, int32, or float32 if they are not all whole numbers.
 *
 * @see transformers.DataCollatorWithPadding
 * @example
 * const collator = new DataCollatorWithPadding({ tokenizer });
 * const batch = collator([{ input_ids: [101, 2986, 102] }, { input_ids: [101, 102] }]);
 * batch.input_ids.shape; // [2, 3]
 */
export class DataCollatorWithPadding extends Callable {
  private readonly options: DataCollatorWithPaddingOptions;
  private readonly strategy: PaddingStrategy;

  constructor(options: DataCollatorWithPaddingOptions) {
    super();
    refuseUnknownOptions("DataCollatorWithPadding", options, OPTIONS);
    const { padding = true, maxLength = options.tokenizer.modelMaxLength, padToMultipleOf = 1 } = options;
    this.strategy = padding === true ? "longest" : padding === false ? "do_not_pad" : padding;
    if (this.strategy === "max_length" && !Number.isSafeInteger(maxLength)) {
      throw new ConfigError('DataCollatorWithPadding: padding "max_length" needs maxLength.');
    }
    if (!Number.isInteger(padToMultipleOf) || padToMultipleOf < 1) {
      throw new ConfigError(
        `DataCollatorWithPadding: padToMultipleOf is ${padToMultipleOf}; a whole number from 1 is expected.`,
      );
    }
    this.options = { ...options, maxLength, padToMultipleOf };
  }

  /** What a call of the collator does. */
  call(features: readonly Row[]): Batch {
    const first = checkRows(features);
    const { tokenizer } = this.options;
    const ids = listColumn(features, "input_ids");
    if (this.strategy === "do_not_pad") stackColumn(features, "input_ids"); // refuses different lengths
    const maxLength = this.strategy === "max_length" ? this.options.maxLength : undefined;
    const padToMultipleOf = this.strategy === "do_not_pad" ? 1 : this.options.padToMultipleOf;
    const width = paddedWidth(ids, { maxLength, padToMultipleOf });
    const pad = (rows: readonly ArrayLike<number>[], value: number): HostColumn => ({
      data: padToRectangle(rows, width, value, tokenizer.paddingSide),
      shape: [rows.length, width],
    });
    const columns: Record<string, HostColumn> = { input_ids: pad(ids, tokenizer.padTokenId) };
    if ("token_type_ids" in first) {
      columns.token_type_ids = pad(listsLike(ids, features, "token_type_ids"), tokenizer.padTokenTypeId);
    }
    const mask =
      "attention_mask" in first
        ? listsLike(ids, features, "attention_mask")
        : ids.map(({ length }) => new Int32Array(length).fill(1));
    columns.attention_mask = pad(mask, 0);
    const label = labelColumn(features);
    for (const name of Object.keys(first)) {
      if (name !== label && !Object.hasOwn(columns, name)) setOwn(columns, name, stackColumn(features, name));
    }
    if (label !== undefined) columns.labels = stackColumn(features, label);
    return toBatch(columns);
  }
}

/** A column that has one value a token. */
function listsLike(
  ids: readonly ArrayLike<number>[],
  rows: readonly Row[],
  name: string,
): ArrayLike<number>[] {
  const lists = listColumn(rows, name);
  const other = lists.findIndex((list, i) => list.length !== ids[i]?.length);
  if (other >= 0) {
    throw new DatasetError(
      `Row ${other} of the batch: ${lists[other]?.length} ${name} for ${ids[other]?.length} input_ids.`,
    );
  }
  return lists;
}
