/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging -- an interface of its own name is how a class says that its instances are functions */
import { tensor2d } from "@tensorflow/tfjs";
import { ConfigError } from "../errors";
import { Callable } from "../tokenizers/callable";
import { paddedWidth, padToRectangle, type PaddingStrategy } from "../tokenizers/padding";
import type { PreTrainedTokenizer } from "../tokenizers/pretrained-tokenizer";
import type { Batch, Row } from "./batch";
import { checkRows, columnTensor, labelColumn, listColumn } from "./columns";

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
 */
export class DataCollatorWithPadding extends Callable {
  private readonly options: DataCollatorWithPaddingOptions;
  private readonly strategy: PaddingStrategy;

  constructor(options: DataCollatorWithPaddingOptions) {
    super();
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

  /** @internal */
  call(features: readonly Row[]): Batch {
    const first = checkRows(features);
    const { tokenizer, padToMultipleOf } = this.options;
    const ids = listColumn(features, "input_ids");
    const maxLength = this.strategy === "max_length" ? this.options.maxLength : undefined;
    const width = paddedWidth(ids, { maxLength, padToMultipleOf });
    const padded = (rows: readonly ArrayLike<number>[], value: number) =>
      tensor2d(padToRectangle(rows, width, value, tokenizer.paddingSide), [rows.length, width], "int32");
    const label = labelColumn(first);
    const others = Object.keys(first).filter((name) => name !== label && !(name in PADDED));
    // Before the first tensor is made: an error must not leave any behind.
    const rest = others.map((name) => [name, columnTensor(features, name)] as const);
    const mask =
      "attention_mask" in first ? listColumn(features, "attention_mask") : ids.map((row) => ones(row.length));
    return {
      input_ids: padded(ids, tokenizer.padTokenId),
      ...("token_type_ids" in first && {
        token_type_ids: padded(listColumn(features, "token_type_ids"), tokenizer.padTokenTypeId),
      }),
      attention_mask: padded(mask, 0),
      ...Object.fromEntries(rest),
      ...(label !== undefined && { labels: columnTensor(features, label) }),
    };
  }
}

/** Columns that are filled up to the width of the batch. */
const PADDED = { input_ids: true, token_type_ids: true, attention_mask: true };

function ones(length: number): Int32Array {
  return new Int32Array(length).fill(1);
}
