import * as tf from "../tfjs";
import type { Batch } from "../collators/batch";
import { asOutOfMemory } from "../engines/out-of-memory";
import { ConfigError, OutOfMemoryError } from "../errors";
import type { ModelOutput } from "../models/model-output";
import type { PreTrainedModel } from "../models/pretrained-model";
import { startProgress } from "../progress";
import { BatchTooLargeError, sizeOfBatch } from "./backward";
import { batchesOf, type TrainerDataset } from "./data-loader";
import { EvaluationInterrupted } from "./interrupts";

/** Scores of every answer, row-major. */
export interface LogitMatrix {
  data: Float32Array;
  /** [answers, labels], an answer a row of the dataset, or a masked token. */
  shape: [number, number];
}

export interface EvaluationOutput {
  /** Empty where only the loss was asked for. */
  logits: LogitMatrix;
  /** What the answers should have been, or undefined where the dataset hides it (no label column, or -1). */
  labelIds: ArrayLike<number> | undefined;
  /** Mean over the rows; undefined without labels. */
  loss: number | undefined;
  /** The ids of every row, without padding; where they were asked for. */
  inputs?: number[][];
  /** Of every row, the mean loss of its batch; where they were asked for. */
  losses?: number[];
}

export interface EvaluationOptions {
  /** Rows to leave out. Default: none. */
  isLeftOut?: (row: number) => boolean;
  /** The batch of these rows; `step` is its number. */
  collate: (indices: Int32Array, step: number) => Batch;
  /** The model's answers, with a loss where `labelled`. */
  forward: (batch: Batch, labelled: boolean) => Partial<ModelOutput>;
  /** Rows a batch. */
  batchSize: number;
  /** Keep no scores, only the loss. */
  lossOnly: boolean;
  /** What to keep of the scores, of a batch at a time. Default: all. */
  preprocessLogits?: (logits: tf.Tensor, labels: tf.Tensor | undefined) => tf.Tensor;
  /** What to keep beside them. */
  include?: readonly ("inputs" | "loss")[];
  /** Label of the progress bar. */
  description: string;
  /** Default true. */
  showProgress?: boolean;
  /** Looked at after each batch: whether to leave off. */
  isInterrupted?: () => boolean;
  /** Called after each batch. */
  onStep?: () => Promise<void>;
}

/** Runs a model over a dataset in its order, without dropout. @throws EvaluationInterrupted */
export async function evaluationLoop(
  model: PreTrainedModel<object>,
  dataset: TrainerDataset,
  options: EvaluationOptions,
): Promise<EvaluationOutput> {
  const { collate, forward, batchSize, lossOnly, description, isInterrupted, isLeftOut } = options;
  if (dataset.length === 0) throw new ConfigError(`${description}: the dataset is empty.`);
  const answers = new Answers(lossOnly, options.preprocessLogits);
  const [inputs, rowLosses]: [number[][], number[]] = [[], []];
  const { include = [] } = options;
  let losses = { sum: 0, rows: 0 };
  const all = Int32Array.from({ length: dataset.length }, (_, row) => row);
  const evaluated = isLeftOut ? all.filter((row) => !isLeftOut(row)) : all;
  const batches = batchesOf(evaluated, batchSize);
  const { showProgress = true } = options;
  const bar = { label: description, total: batches.length, unit: "batches" };
  const progress = showProgress ? startProgress(bar) : undefined;
  const wasTraining = model.training;
  model.eval();
  try {
    for (const [index, rows] of batches.entries()) {
      const batch = collate(rows, index);
      const labelled = model.hasLabels(batch);
      const output = sayingWhatFits(batch, description, () => forward(batch, labelled));
      try {
        await answers.add(output, labelled ? (output.labels ?? batch.labels) : undefined);
        if (include.includes("inputs")) inputs.push(...unpadded(batch));
        if (output.loss) {
          const loss = (await output.loss.data())[0]!;
          losses = { sum: losses.sum + loss * rows.length, rows: losses.rows + rows.length };
          if (include.includes("loss")) for (let i = 0; i < rows.length; i++) rowLosses.push(loss);
        }
      } finally {
        tf.dispose([batch, output]);
      }
      progress?.update(index + 1);
      await options.onStep?.();
      await new Promise(setImmediate);
      if (isInterrupted?.()) {
        throw new EvaluationInterrupted(
          `${description}: left off after ${index + 1} of ${batches.length} batches.`,
        );
      }
    }
  } finally {
    progress?.finish();
    model.train(wasTraining);
  }
  return {
    logits: answers.logits(),
    labelIds: answers.labelIds(),
    loss: losses.rows === evaluated.length ? losses.sum / losses.rows : undefined,
    ...(include.includes("inputs") && { inputs }),
    ...(include.includes("loss") && { losses: rowLosses }),
  };
}

/** The ids of each row of a batch. */
function unpadded({ input_ids, attention_mask }: Pick<Batch, "input_ids"> & Partial<Batch>): number[][] {
  const [ids, mask] = [input_ids.dataSync(), attention_mask?.dataSync()];
  const [rows, length] = input_ids.shape;
  return Array.from({ length: rows }, (_, row) => {
    const own = ids.subarray(row * length, (row + 1) * length);
    return Array.from(own).filter((_, i) => mask?.[row * length + i] !== 0);
  });
}

/** @throws OutOfMemoryError that names the batch, where it is too large */
function sayingWhatFits<T>(batch: Batch, description: string, forward: () => T): T {
  try {
    return forward();
  } catch (error) {
    tf.dispose(batch);
    const shortage = asOutOfMemory(error);
    if (!shortage) throw error;
    const { message } = new BatchTooLargeError(sizeOfBatch(batch), shortage);
    throw new OutOfMemoryError(`${description}: ${message} A smaller perDeviceEvalBatchSize needs less.`, {
      cause: error,
    });
  }
}

/** Scores and labels as they come in, batch by batch. */
class Answers {
  private readonly scores: Float32Array[] = [];
  private readonly labels: ArrayLike<number>[] = [];
  private width = 0;
  private allLabelled = true;

  constructor(
    private readonly lossOnly: boolean,
    private readonly preprocess: EvaluationOptions["preprocessLogits"],
  ) {}

  async add({ logits }: Partial<ModelOutput>, labels: tf.Tensor | undefined): Promise<void> {
    if (!labels) this.allLabelled = false;
    if (this.lossOnly) return;
    if (logits) {
      const { preprocess } = this;
      const kept = preprocess ? tf.tidy(() => preprocess(logits, labels)) : logits;
      this.width = kept.shape.length > 1 ? kept.shape.at(-1)! : 1;
      this.scores.push(Float32Array.from(await kept.data()));
      if (kept !== logits) kept.dispose();
    }
    if (labels) this.labels.push(await labels.data());
  }

  logits(): LogitMatrix {
    const data = new Float32Array(this.scores.reduce((length, each) => length + each.length, 0));
    let at = 0;
    for (const each of this.scores) {
      data.set(each, at);
      at += each.length;
    }
    return { data, shape: [this.width === 0 ? 0 : data.length / this.width, this.width] };
  }

  labelIds(): number[] | undefined {
    return this.allLabelled && !this.lossOnly ? this.labels.flatMap((each) => Array.from(each)) : undefined;
  }
}
