import { randomPermutation } from "../random";
import type { SamplingStrategy } from "./training-arguments";

/** What the Trainer needs of a dataset; `Dataset` has it, and so has anything else with rows. */
export interface TrainerDataset {
  readonly length: number;
  at(index: number): Record<string, unknown>;
}

/** Columns that go into a batch; the others (the text itself, row numbers) are left out. */
const MODEL_COLUMNS = ["input_ids", "attention_mask", "token_type_ids", "label", "label_ids", "labels"];

/** Rows by their numbers, with the columns that a model takes. */
export function modelRows(dataset: TrainerDataset, indices: ArrayLike<number>): Record<string, unknown>[] {
  return Array.from(indices, (index) => {
    const row = dataset.at(index);
    return Object.fromEntries(MODEL_COLUMNS.filter((name) => name in row).map((name) => [name, row[name]]));
  });
}

export interface SamplerOptions {
  strategy: SamplingStrategy;
  batchSize: number;
  dropLast: boolean;
  seed: number;
  /** From 0; every epoch has an order of its own. */
  epoch: number;
}

/** A number apart from those of a model's layers, so that the order of examples has a random stream of its own. */
const SAMPLER_SITE = 0x5a3b1e;

/** Batches sorted by length are drawn from this many batches' examples, as in transformers' LengthGroupedSampler. */
const BATCHES_PER_GROUP = 50;

/** The row numbers of each batch of an epoch. */
export function sampleBatches(dataset: TrainerDataset, options: SamplerOptions): Int32Array[] {
  const { strategy, batchSize, dropLast, seed, epoch } = options;
  let order = Int32Array.from({ length: dataset.length }, (_, index) => index);
  if (strategy !== "sequential") {
    order = randomPermutation(dataset.length, { seed, site: SAMPLER_SITE, step: epoch }) as typeof order;
  }
  if (strategy === "group_by_length") sortWithinGroups(order, dataset, batchSize * BATCHES_PER_GROUP);
  const batches: Int32Array[] = [];
  for (let start = 0; start < order.length; start += batchSize) {
    const batch = order.subarray(start, start + batchSize);
    if (batch.length === batchSize || !dropLast) batches.push(batch);
  }
  return batches;
}

/** Longest first within each group, so that a batch has little padding while groups stay random. */
function sortWithinGroups(order: Int32Array, dataset: TrainerDataset, groupSize: number): void {
  const lengthOf = (index: number) => (dataset.at(index).input_ids as ArrayLike<number>).length;
  for (let start = 0; start < order.length; start += groupSize) {
    const group = order.subarray(start, start + groupSize);
    const lengths = new Map(Array.from(group, (index) => [index, lengthOf(index)]));
    group.sort((a, b) => lengths.get(b)! - lengths.get(a)! || a - b);
  }
}
