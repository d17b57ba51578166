import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";

/** One example of a dataset, as `dataset.at(i)` gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** What a model takes in one step. The columns of a dataset that are none of these come under their own names. */
export interface Batch {
  /** [examples, length], int32 */
  input_ids: Tensor2D;
  /** [examples, length], int32: 1 for a token, 0 for padding */
  attention_mask: Tensor2D;
  /** [examples, length], int32 */
  token_type_ids?: Tensor2D;
  /** [examples] int32 classes or float32 values; [examples, labels] where each example has a list */
  labels?: Tensor1D | Tensor2D;
  [column: string]: Tensor | undefined;
}

/** Where in a run a batch belongs, for collators that draw random numbers: the same place, the same numbers. */
export interface CollatorContext {
  /** Of the run. */
  seed: number;
  /** Number of the batch: of the micro-batch in training, of the batch in an evaluation. */
  step: number;
  /** Whether the batch is trained on. */
  training: boolean;
}

/** Rows of a dataset into a batch. */
export interface DataCollator {
  /** @param context  given by the Trainer */
  (features: readonly Row[], context?: CollatorContext): Batch;
  /** Columns that it reads beside those that models take. Default: none. */
  readonly extraColumns?: readonly string[];
}
