import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Batch } from "../lib/src/collators/batch";
import { DataCollatorWithPadding } from "../lib/src/collators/data-collator-with-padding";
import type { SequenceClassificationModel } from "../lib/src/models/heads/sequence-classification";
import { AutoTokenizer } from "../lib/src/tokenizers/auto-tokenizer";
import { familyModel } from "./families";
import { UsageError } from "./options";
import { PythonRandom } from "./python-random";

/** What the benchmarks of steps have in common; the names are those of the Python peer. */
export const WORKLOAD = {
  train: "../shared/data/sst2/train.tsv",
  tokenizer: "../shared/data/bert-base-uncased/tokenizer.json",
  /** As `model_type` in a config.json. */
  family: "bert",
  layers: 12,
  hidden: 768,
  batch: 16,
  precision: "bf16",
  /** "random", or "group_by_length": sorted within fifty batches, as the Trainer's strategy of this name. */
  sampling: "random",
  steps: 22,
  /** Of the choices by chance. */
  seed: 0,
  /** Parts that are not trained, with commas between them: "bert" leaves the head. */
  frozen: "",
  /** Rank of a LoRA adapter on query and value, trained instead of the model; 0: none. */
  lora: 0,
  /** 1: gradient checkpointing. */
  recompute: 0,
};

export type Workload = typeof WORKLOAD;

/** Batches are drawn for so many steps at least, as by the peer. */
const STEPS_DRAWN = 50;

/** The first two steps warm up. */
export const WARM_UP_STEPS = 2;

export interface Batches {
  /** A new batch each time it is called; the caller disposes of it. */
  collate: (index: number) => Batch;
  /** Lengths of the sequences of each batch. */
  lengths: number[][];
}

/** Shuffled batches of real sentences: with seed 0 the very batches of the Python peer. */
export async function makeBatches({
  train,
  tokenizer,
  batch,
  steps,
  sampling,
  seed,
}: Workload): Promise<Batches> {
  for (const file of [train, tokenizer]) {
    if (!existsSync(file)) throw new UsageError(`There is no file ${file}; give --train and --tokenizer.`);
  }
  const lines = readFileSync(train, "utf8").trimEnd().split("\n").slice(1);
  const random = new PythonRandom(seed);
  random.shuffle(lines);
  const rows = lines
    .slice(0, Math.max(steps, STEPS_DRAWN) * batch)
    .map((line) => line.split("\t") as [string, string]);
  const tokenize = await AutoTokenizer.fromPretrained(path.dirname(tokenizer));
  const encoded = tokenize(
    rows.map(([text]) => text),
    { truncation: true },
  ).input_ids;
  const examples = rows.map(([, label], i) => ({ input_ids: encoded[i]!, label: Number(label) }));
  if (sampling === "group_by_length") examples.sort((a, b) => b.input_ids.length - a.input_ids.length);
  const batches = Array.from({ length: Math.ceil(examples.length / batch) }, (_, i) =>
    examples.slice(i * batch, (i + 1) * batch),
  );
  if (sampling === "group_by_length") random.shuffle(batches);
  const collator = new DataCollatorWithPadding({ tokenizer: tokenize });
  return {
    collate: (index) => collator(batches[index]!),
    lengths: batches.slice(0, steps).map((rows) => rows.map((row) => row.input_ids.length)),
  };
}

/** A model of the workload's family and size with random weights. */
export const makeModel = (workload: Workload): SequenceClassificationModel =>
  familyModel(workload, workload.seed);

/** Floating-point operations of the matrix products of one forward pass; a training step has three times as many. */
export function forwardOperations({ layers, hidden }: Workload, lengths: number[]): number {
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  const squares = lengths.reduce((sum, length) => sum + length ** 2, 0);
  const perToken = 2 * 12 * hidden ** 2;
  return layers * (tokens * perToken + 4 * squares * hidden) + lengths.length * 2 * hidden ** 2;
}

export interface StepFigures {
  median_s: number;
  mean_s: number;
  real_tokens: number;
  padded_tokens: number;
  peak_rss_mb: number;
}

/** Figures of the steps after the warm-up. */
export function stepFigures(seconds: number[], lengths: number[][]): StepFigures {
  const sorted = seconds.slice(WARM_UP_STEPS).sort((a, b) => a - b);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    median_s: sorted[Math.floor(sorted.length / 2)]!,
    mean_s: mean(sorted),
    real_tokens: mean(lengths.map((batch) => batch.reduce((sum, length) => sum + length, 0))),
    padded_tokens: mean(lengths.map((batch) => batch.length * Math.max(...batch))),
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}
