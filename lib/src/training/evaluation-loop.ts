import * as tf from "@tensorflow/tfjs";
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
  /** [answers, labels]: an answer a row of the dataset, or a masked token. */
  shape: [number, number];
}

export interface EvaluationOutput {
  /** Empty where only the loss was asked for. */
  logits: LogitMatrix;
  /** What the answers should have been, or undefined where the dataset hides it (no label column, or -1). */
  labelIds: ArrayLike<number> | undefined;
  /** Mean over the rows; undefined without labels. */
  loss: number | undefined;
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
  const answers = new Answers(lossOnly);
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
        if (output.loss) {
          losses = {
            sum: losses.sum + (await output.loss.data())[0]! * rows.length,
            rows: losses.rows + rows.length,
          };
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
  };
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

  constructor(private readonly lossOnly: boolean) {}

  async add({ logits }: Partial<ModelOutput>, labels: tf.Tensor | undefined): Promise<void> {
    if (!labels) this.allLabelled = false;
    if (this.lossOnly) return;
    if (logits) {
      this.width = logits.shape.at(-1)!;
      this.scores.push((await logits.data()) as Float32Array);
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
