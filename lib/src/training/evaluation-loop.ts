import * as tf from "@tensorflow/tfjs";
import type { Batch } from "../collators/batch";
import { ConfigError } from "../errors";
import type {
  BertForSequenceClassification,
  ClassifierInputs,
} from "../models/bert/for-sequence-classification";
import { startProgress } from "../progress";
import { modelRows, sampleBatches, type TrainerDataset } from "./data-loader";

/** Scores of every row of a dataset, row-major. */
export interface LogitMatrix {
  data: Float32Array;
  /** [rows, labels] */
  shape: [number, number];
}

export interface EvaluationOutput {
  logits: LogitMatrix;
  /** Labels of the rows, or undefined where the dataset hides them (no label column, or -1). */
  labelIds: ArrayLike<number> | undefined;
  /** Mean over the rows; undefined without labels. */
  loss: number | undefined;
}

export interface EvaluationOptions {
  collate: (rows: Record<string, unknown>[]) => Batch;
  /** Rows a batch. */
  batchSize: number;
  /** Of the loss, the same as in training: so does transformers' Trainer. */
  labelSmoothing: number;
  /** Label of the progress bar. */
  description: string;
}

/** Runs a model over a dataset in its order, without dropout. */
export async function evaluationLoop(
  model: BertForSequenceClassification,
  dataset: TrainerDataset,
  { collate, batchSize, labelSmoothing, description }: EvaluationOptions,
): Promise<EvaluationOutput> {
  if (dataset.length === 0) throw new ConfigError(`${description}: the dataset is empty.`);
  const labels = model.config.numLabels;
  const logits = new Float32Array(dataset.length * labels);
  const labelIds: number[] = [];
  let lossSum = 0;
  let done = 0;
  const batches = sampleBatches(dataset, {
    strategy: "sequential",
    batchSize,
    dropLast: false,
    seed: 0,
    epoch: 0,
  });
  const progress = startProgress({ label: description, total: batches.length, unit: "batches" });
  const wasTraining = model.training;
  model.eval();
  try {
    for (const [index, rows] of batches.entries()) {
      const batch = collate(modelRows(dataset, rows));
      const hidden = labels > 1 && batch.labels?.dataSync().some((label) => label < 0);
      const inputs = (hidden ? { ...batch, labels: undefined } : batch) as ClassifierInputs;
      const output = model.forward(inputs, { labelSmoothing });
      try {
        logits.set(await output.logits.data(), done * labels);
        if (output.loss && inputs.labels) {
          lossSum += (await output.loss.data())[0]! * rows.length;
          labelIds.push(...(await inputs.labels.data()));
        }
      } finally {
        tf.dispose({ ...batch, ...output });
      }
      done += rows.length;
      progress.update(index + 1);
      await new Promise(setImmediate);
    }
  } finally {
    progress.finish();
    model.train(wasTraining);
  }
  const labelled = labelIds.length === dataset.length;
  return {
    logits: { data: logits, shape: [dataset.length, labels] },
    labelIds: labelled ? labelIds : undefined,
    loss: labelled ? lossSum / dataset.length : undefined,
  };
}
