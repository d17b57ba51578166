import * as tf from "@tensorflow/tfjs-core";
import type { Batch } from "../../lib/src/collators/batch";
import type { BertConfigOptions } from "../../lib/src/models/bert/configuration";
import type { PreTrainedModel } from "../../lib/src/models/pretrained-model";
import { randomUint32 } from "../../lib/src/random";
import { addDefaultCallback } from "../../lib/src/training/callbacks";
import type { TrainerDataset } from "../../lib/src/training/data-loader";
import { Trainer } from "../../lib/src/training/trainer";
import type { EvalPrediction, TrainerOptions } from "../../lib/src/training/trainer-options";
import { TrainingArguments, type TrainingArgumentsOptions } from "../../lib/src/training/training-arguments";
import { argmax } from "../../lib/src/evaluation/argmax";
import { batchOf, tinyBert } from "../models/tiny-bert";

// Instead of the progress lines.
addDefaultCallback(() => ({}));

export interface TinyRow {
  input_ids: number[];
  label: number;
  [column: string]: unknown;
}

/** Rows of which the label says whether the id 5 or the id 6 is among the ids. */
export function tinyDataset(length: number, seed = 1): TrainerDataset & { rows: TinyRow[] } {
  const random = randomUint32(new Uint32Array(length * 2), { seed, site: 0 });
  const rows = Array.from({ length }, (_, i) => {
    const label = random[2 * i]! % 2;
    const filler = Array.from(
      { length: 1 + (random[2 * i + 1]! % 6) },
      (_, j) => 10 + ((i * 7 + j * 3) % 20),
    );
    return { input_ids: [2, ...filler, 5 + label, 3], label, sentence: `row ${i}` };
  });
  return datasetOf(rows);
}

export function datasetOf(rows: TinyRow[]): TrainerDataset & { rows: TinyRow[] } {
  return { length: rows.length, at: (index) => rows[index]!, rows };
}

export function collate(rows: readonly Record<string, unknown>[]): Batch {
  const batch: Batch = batchOf(rows.map(({ input_ids }) => input_ids as number[]));
  if (rows[0] && "label" in rows[0]) {
    batch.labels = tf.tensor1d(
      rows.map(({ label }) => label as number),
      "int32",
    );
  }
  return batch;
}

export const computeMetrics = ({ predictions, labelIds }: EvalPrediction): { accuracy: number } => {
  const right = argmax(predictions).filter((label, i) => label === labelIds[i]).length;
  return { accuracy: right / labelIds.length };
};

export interface TinyRun extends Partial<Omit<TrainerOptions, "args" | "model">> {
  model?: PreTrainedModel<object>;
  modelOptions?: BertConfigOptions;
}

/** A Trainer of a tiny model on 40 rows, 8 a batch: 5 steps an epoch. Saves nothing unless told to. */
export function tinyTrainer(
  args: TrainingArgumentsOptions,
  { modelOptions, ...options }: TinyRun = {},
): Trainer {
  return new Trainer({
    model: tinyBert(modelOptions),
    trainDataset: tinyDataset(40),
    evalDataset: tinyDataset(20, 2),
    dataCollator: collate,
    computeMetrics,
    ...options,
    args: new TrainingArguments({ saveStrategy: "no", learningRate: 1e-2, ...args }),
  });
}

/** The log history without the figures that measure time. */
export function logsWithoutTimes({ state }: Pick<Trainer, "state">): Record<string, number>[] {
  return state.logHistory.map((entry) =>
    Object.fromEntries(Object.entries(entry).filter(([name]) => !/_(runtime|per_second)$/.test(name))),
  );
}

/** Every weight of a model, one after the other. */
export function weightsOf(model: PreTrainedModel<object>): number[] {
  return [...model.namedParameters()].flatMap(([, { value }]) => [...value.dataSync()]);
}
