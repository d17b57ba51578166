import { randomPermutation } from "../random";
import type { SamplingStrategy } from "./training-arguments";

/** What the Trainer needs of a dataset; `Dataset` has it, and so has anything else with rows. */
export interface TrainerDataset {
  readonly length: number;
  at(index: number): Record<string, unknown>;
}

/** The names of its columns, as the first row has them. */
export function columnsOf(dataset: TrainerDataset): string[] {
  return dataset.length > 0 ? Object.keys(dataset.at(0)) : [];
}

/** Whether it is one dataset, rather than several by name. */
export function isDataset(
  data: TrainerDataset | Readonly<Record<string, TrainerDataset>>,
): data is TrainerDataset {
  return typeof data.at === "function";
}

/** Columns that go into every batch; the others (the text itself, row numbers) are left out. */
const MODEL_COLUMNS = [
  ...["input_ids", "attention_mask", "token_type_ids"],
  ...["label", "label_ids", "labels", "start_positions", "end_positions"],
];

/** Rows by their numbers, with the columns that a model takes, and others by name. */
export function modelRows(
  dataset: TrainerDataset,
  indices: ArrayLike<number>,
  others: readonly string[] = [],
): Record<string, unknown>[] {
  const columns = [...MODEL_COLUMNS, ...others];
  return Array.from(indices, (index) => {
    const row = dataset.at(index);
    return Object.fromEntries(
      columns.filter((name) => row[name] !== undefined).map((name) => [name, row[name]]),
    );
  });
}

/**
 * A dataset whose labels stand in one of the columns given, which models know as `labels`; columns that are otherwise taken
 * for labels are none then.
 */
export function withLabelNames(dataset: TrainerDataset, names: readonly string[] | null): TrainerDataset {
  if (names === null) return dataset;
  return {
    length: dataset.length,
    at(index) {
      const all = dataset.at(index);
      // eslint-disable-next-line @typescript-eslint/no-unused-vars -- left out
      const { label, label_ids, labels, ...others } = all;
      const name = names.find((each) => all[each] !== undefined && all[each] !== null);
      return name === undefined ? others : { ...others, labels: all[name] };
    },
  };
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

/** Batches sorted by length are drawn from at most this many batches' examples. */
const BATCHES_PER_GROUP = 50;

/** And from so few that there are at least this many groups, or the order would hardly be random. */
const LEAST_GROUPS = 4;

/** The row numbers of each batch of an epoch. */
export function sampleBatches(dataset: TrainerDataset, options: SamplerOptions): Int32Array[] {
  const { strategy, batchSize, dropLast, seed, epoch } = options;
  let order = Int32Array.from({ length: dataset.length }, (_, index) => index);
  if (strategy !== "sequential") {
    order = randomPermutation(dataset.length, { seed, site: SAMPLER_SITE, step: epoch }) as typeof order;
  }
  if (strategy === "group_by_length") groupByLength(order, dataset, batchSize);
  const batches = batchesOf(order, batchSize);
  return dropLast ? batches.filter((batch) => batch.length === batchSize) : batches;
}

/** Rows in their order, so many at a time; the last batch may be smaller. */
export function batchesOf(order: Int32Array, batchSize: number): Int32Array[] {
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, index) =>
    order.subarray(index * batchSize, (index + 1) * batchSize),
  );
}

/**
 * Sorts a random order by length within groups, longest first, so that a batch has little padding while groups stay
 * random. The longest example of all comes first: if memory does not suffice, that shows at once.
 *
 * @see transformers.trainer_pt_utils.get_length_grouped_indices
 */
function groupByLength(order: Int32Array, dataset: TrainerDataset, batchSize: number): void {
  const batches = Math.floor(order.length / (batchSize * LEAST_GROUPS));
  const groupSize = batchSize * Math.max(1, Math.min(batches, BATCHES_PER_GROUP));
  const lengths = Int32Array.from({ length: dataset.length }, (_, index) => inputLength(dataset.at(index)));
  let longest = 0;
  for (let start = 0; start < order.length; start += groupSize) {
    const group = order.subarray(start, start + groupSize);
    // The order within equal lengths is the random one that was there: the sort is stable.
    group.sort((a, b) => lengths[b]! - lengths[a]!);
    if (lengths[group[0]!]! > lengths[order[longest]!]!) longest = start;
  }
  [order[0], order[longest]] = [order[longest]!, order[0]!];
}

function inputLength(row: Record<string, unknown>): number {
  return (row.input_ids as ArrayLike<number>).length;
}
