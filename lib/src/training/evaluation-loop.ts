import * as tf from "../tfjs";
import type { Batch } from "../collators/batch";
import { asOutOfMemory } from "../engines/out-of-memory";
import { ConfigError, OutOfMemoryError } from "../errors";
import type { Answers, ModelOutput } from "../models/model-output";
import { extentOfIds } from "../models/packed-batch";
import type { PreTrainedModel } from "../models/pretrained-model";
import { startProgress } from "../progress";
import { BatchTooLargeError, sizeOfBatch } from "./step/backward";
import { batchesOf, type TrainerDataset } from "./data-loader";
import { EvaluationInterrupted, type Interrupts } from "./interrupts";
import type { ProcessGroup } from "../distributed/process-group";
import { nextTurn } from "../platform/pause";

/** Scores of every answer, row-major. */
export interface LogitMatrix {
  data: Float32Array;
  /** [answers, labels], an answer a row of the dataset, or a token that is asked for. */
  shape: [number, number];
}

export interface EvaluationOutput {
  /** Empty where only the loss was asked for. */
  logits: LogitMatrix;
  /** What the answers should have been, or undefined where the dataset hides it (no label column, or -1). */
  labelIds: ArrayLike<number> | undefined;
  /** How many answers each row has, where it is not one. */
  counts?: number[];
  /** Mean over the rows; undefined without labels. */
  loss: number | undefined;
  /** The ids of every row, without padding; where they were asked for. */
  inputs?: number[][];
  /** Of every row, the mean loss of its batch; where they were asked for. */
  losses?: number[];
}

export interface EvaluationOptions {
  /** The processes among which the batches are divided; all of them get all answers. */
  group: ProcessGroup;
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
  interrupts?: Interrupts;
  /** Called after each batch. */
  onStep?: () => Promise<void>;
}

/** Runs a model over a dataset in its order, without dropout. @throws EvaluationInterrupted */
export async function evaluationLoop(
  model: PreTrainedModel<object>,
  dataset: TrainerDataset,
  options: EvaluationOptions,
): Promise<EvaluationOutput> {
  const { collate, forward, batchSize, lossOnly, description, interrupts, isLeftOut, group } = options;
  if (dataset.length === 0) throw new ConfigError(`${description}: the dataset is empty.`);
  const { include = [], showProgress = true } = options;
  const all = Int32Array.from({ length: dataset.length }, (_, row) => row);
  const evaluated = isLeftOut ? all.filter((row) => !isLeftOut(row)) : all;
  const batches = [...batchesOf(evaluated, batchSize).entries()];
  // Each process takes its turn: whole batches, as one alone would have them.
  const own = batches.filter(([index]) => index % group.size === group.rank);
  const bar = { label: description, total: own.length, unit: "batches" };
  const progress = showProgress ? startProgress(bar) : undefined;
  const wasTraining = model.training;
  const answers: BatchAnswers[] = [];
  model.eval();
  try {
    for (const [index, rows] of own) {
      const batch = collate(rows, index);
      const labelled = model.hasLabels(batch);
      const output = sayingWhatFits(batch, description, () => forward(batch, labelled));
      try {
        answers.push({
          index,
          rows: rows.length,
          ...(!lossOnly && (await answersOf(model, output, labelled, batch, options.preprocessLogits))),
          ...(include.includes("inputs") && { inputs: unpadded(batch) }),
          ...(output.loss && { loss: (await output.loss.data())[0]! }),
          isLabelled: labelled,
        });
      } finally {
        tf.dispose([batch, output]);
      }
      progress?.update(answers.length);
      await options.onStep?.();
      await nextTurn();
      if (interrupts?.isAsked) break;
    }
  } finally {
    progress?.finish();
    model.train(wasTraining);
  }
  const ofAll = await gatherAnswers(answers, group, interrupts);
  if (interrupts?.signal !== undefined) {
    throw new EvaluationInterrupted(
      `${description}: left off after ${ofAll.length} of ${batches.length} batches.`,
    );
  }
  return outputOf(ofAll, { lossOnly, include });
}

/** What is kept of a batch. */
interface BatchAnswers {
  /** Number of the batch in the whole evaluation. */
  index: number;
  /** How many rows it has. */
  rows: number;
  isLabelled: boolean;
  scores?: Float32Array;
  /** Scores of an answer. */
  width?: number;
  labels?: ArrayLike<number>;
  counts?: number[];
  inputs?: number[][];
  loss?: number;
}

/** What all processes have, in the order of the batches; and whether one of them is to stop. */
async function gatherAnswers(
  own: BatchAnswers[],
  group: ProcessGroup,
  interrupts: Interrupts | undefined,
): Promise<BatchAnswers[]> {
  const all = await group.gather("an evaluation's answers", { own, signal: interrupts?.own });
  interrupts?.agree(all.map(({ signal }) => signal));
  return all.flatMap((each) => each.own).sort((a, b) => a.index - b.index);
}

/** Scores and labels of a batch. */
async function answersOf(
  model: PreTrainedModel<object>,
  output: Partial<ModelOutput>,
  labelled: boolean,
  batch: Batch,
  preprocess: EvaluationOptions["preprocessLogits"],
): Promise<Pick<BatchAnswers, "scores" | "width" | "labels" | "counts">> {
  const { logits, labels, counts } = tf.tidy<tf.TensorContainer & Answers>(() => {
    const { labels, ...unlabelled } = batch;
    const answers = model.answersOf(output, labelled ? { ...unlabelled, labels } : unlabelled);
    const kept = preprocess && answers.logits ? preprocess(answers.logits, answers.labels) : answers.logits;
    return { ...answers, logits: kept };
  });
  try {
    const found: Pick<BatchAnswers, "scores" | "width" | "labels" | "counts"> = {};
    if (logits) {
      found.width = logits.shape.length > 1 ? logits.shape.at(-1)! : 1;
      found.scores = Float32Array.from(await logits.data());
    }
    if (labels) found.labels = await labels.data();
    return counts ? { ...found, counts } : found;
  } finally {
    tf.dispose([logits, labels] as tf.TensorContainer);
  }
}

/** An evaluation's answers from those of its batches. */
function outputOf(
  batches: readonly BatchAnswers[],
  { lossOnly, include }: Pick<EvaluationOptions, "lossOnly"> & Required<Pick<EvaluationOptions, "include">>,
): EvaluationOutput {
  const scores = batches.flatMap((batch) => batch.scores ?? []);
  const data = new Float32Array(scores.reduce((length, each) => length + each.length, 0));
  let at = 0;
  for (const each of scores) {
    data.set(each, at);
    at += each.length;
  }
  const width = batches.find((batch) => batch.width !== undefined)?.width ?? 0;
  const areLabelled = !lossOnly && batches.every(({ isLabelled }) => isLabelled);
  const haveLoss = batches.every(({ loss }) => loss !== undefined);
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  return {
    logits: { data, shape: [width === 0 ? 0 : data.length / width, width] },
    ...(!lossOnly &&
      batches.some(({ counts }) => counts) && { counts: batches.flatMap(({ counts }) => counts ?? []) }),
    labelIds: areLabelled ? batches.flatMap(({ labels }) => Array.from(labels ?? [])) : undefined,
    loss: haveLoss ? batches.reduce((sum, batch) => sum + batch.loss! * batch.rows, 0) / rows : undefined,
    ...(include.includes("inputs") && { inputs: batches.flatMap(({ inputs }) => inputs ?? []) }),
    ...(include.includes("loss") && {
      losses: batches.flatMap(({ loss, rows }) =>
        loss === undefined ? [] : new Array<number>(rows).fill(loss),
      ),
    }),
  };
}

/** The ids of each row of a batch. */
function unpadded({ input_ids, attention_mask }: Pick<Batch, "input_ids"> & Partial<Batch>): number[][] {
  const [ids, mask] = [input_ids.dataSync(), attention_mask?.dataSync()];
  const { rows, columns: length } = extentOfIds(input_ids);
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
