/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging -- an interface of its own name is how a class says that its instances are functions */
import { DatasetError } from "../errors";
import { refuseUnknownOptions } from "../known-options";
import { IGNORED_LABEL } from "../ops/cross-entropy";
import { tensor2d } from "../tfjs";
import { Callable } from "../tokenizers/callable";
import { padToRectangle } from "../tokenizers/padding";
import type { Batch, Row } from "./batch";
import { labelColumn, listColumn } from "./columns";
import { DataCollatorWithPadding, type DataCollatorWithPaddingOptions } from "./data-collator-with-padding";

export interface DataCollatorForTokenClassificationOptions extends DataCollatorWithPaddingOptions {
  /** The label of padding. Default -100, which no loss asks for. */
  labelPadTokenId?: number;
}

const OPTIONS: readonly (keyof DataCollatorForTokenClassificationOptions)[] = [
  "tokenizer",
  "padding",
  "maxLength",
  "padToMultipleOf",
  "labelPadTokenId",
];

export interface DataCollatorForTokenClassification {
  /**
   * @param features rows with `input_ids` and, of the same length, `labels` (or `label`, `label_ids`)
   * @returns tensors; the caller disposes of them
   * @throws DatasetError that names the row whose labels are not one a token
   */
  (features: readonly Row[]): Batch;
}

/**
 * Pads the examples of a batch, and with them their labels, one a token.
 *
 * @see transformers.DataCollatorForTokenClassification
 * @example
 * const collator = new DataCollatorForTokenClassification({ tokenizer });
 * const long = { input_ids: [101, 7, 102], labels: [-100, 1, -100] };
 * const batch = collator([long, { input_ids: [101, 102], labels: [-100, -100] }]);
 * batch.labels?.shape; // [2, 3]
 */
export class DataCollatorForTokenClassification extends Callable {
  private readonly options: DataCollatorForTokenClassificationOptions;
  private readonly pad: DataCollatorWithPadding;

  constructor(options: DataCollatorForTokenClassificationOptions) {
    super();
    refuseUnknownOptions("DataCollatorForTokenClassification", options, OPTIONS);
    const { labelPadTokenId, ...padding } = options;
    this.options = { ...options, labelPadTokenId: labelPadTokenId ?? IGNORED_LABEL };
    this.pad = new DataCollatorWithPadding(padding);
  }

  /** What a call of the collator does. */
  call(features: readonly Row[]): Batch {
    const label = labelColumn(features);
    if (label === undefined) return this.pad(features);
    const lists = listColumn(features, label);
    const ids = listColumn(features, "input_ids");
    const other = lists.findIndex(({ length }, i) => length !== ids[i]!.length);
    if (other >= 0) {
      throw new DatasetError(
        `Row ${other} of the batch: ${lists[other]!.length} ${label} for ${ids[other]!.length} input_ids; each token needs one. ` +
          "tokenizeAndAlignLabels makes labels of tokens from those of words.",
      );
    }
    const batch = this.pad(
      features.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== label))),
    );
    const [rows, width] = batch.input_ids.shape;
    const { tokenizer, labelPadTokenId } = this.options;
    const padded = padToRectangle(lists, width, labelPadTokenId!, tokenizer.paddingSide);
    return { ...batch, labels: tensor2d(padded, [rows, width], "int32") };
  }
}
