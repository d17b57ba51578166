import { DatasetError } from "../errors";
import { randomPermutation } from "../random";
import type { Column } from "./columns";
import { ClassLabel, type FeatureType } from "./features";
import { refuseUnknownOptions } from "../known-options";

export interface TrainTestSplitOptions {
  /** Rows of the test split: a share between 0 and 1 (rounded up), or a number of them. Default 0.25. */
  testSize?: number;
  /** The same of the train split (rounded down). Default: all that are not in the test split. */
  trainSize?: number;
  /** Draw the rows at random. Default true; false takes the last ones for the test split. */
  shuffle?: boolean;
  /** A column of classes, of which both splits get the same shares. Default: none. */
  stratifyByColumn?: string;
  /** Same seed, same split. Default: a random one. */
  seed?: number;
}

const OPTIONS: readonly (keyof TrainTestSplitOptions)[] = [
  "testSize",
  "trainSize",
  "shuffle",
  "stratifyByColumn",
  "seed",
];

export interface SplitRows {
  train: Int32Array;
  test: Int32Array;
}

/** Keeps the draw apart from other random numbers of the same seed. */
const SPLIT_SITE = 0x7e575e7;

/** The rows of both splits. @see datasets.Dataset.train_test_split */
export function trainTestRows(
  rows: number,
  options: TrainTestSplitOptions,
  labels: { column: Column; feature: FeatureType } | undefined,
): SplitRows {
  refuseUnknownOptions("trainTestSplit", options, OPTIONS, DatasetError);
  const { shuffle = true, seed = Math.floor(Math.random() * 2 ** 32) } = options;
  if (!Number.isInteger(seed)) throw new DatasetError(`trainTestSplit: seed is ${seed}, not an integer.`);
  const sizes = splitSizes(rows, options);
  const key = { seed, site: SPLIT_SITE };
  if (labels !== undefined) {
    if (!shuffle)
      throw new DatasetError("trainTestSplit: stratifyByColumn needs shuffle, so leave shuffle out.");
    return stratified(sizes, labels, key);
  }
  if (!shuffle) {
    const order = Int32Array.from({ length: sizes.train + sizes.test }, (_, row) => row);
    return { train: order.slice(0, sizes.train), test: order.slice(sizes.train) };
  }
  const order = randomPermutation(rows, key);
  return { test: order.slice(0, sizes.test), train: order.slice(sizes.test, sizes.test + sizes.train) };
}

function splitSizes(
  rows: number,
  { testSize, trainSize }: TrainTestSplitOptions,
): { train: number; test: number } {
  const count = (name: string, size: number | undefined, round: (share: number) => number) => {
    if (size === undefined) return undefined;
    const isShare = size > 0 && size < 1;
    if (isShare) return round(size * rows);
    if (Number.isInteger(size) && size > 0 && size < rows) return size;
    throw new DatasetError(
      `trainTestSplit: ${name} is ${size}. Give a share between 0 and 1, or a number of rows from 1 to ${rows - 1}.`,
    );
  };
  const given = trainSize === undefined && testSize === undefined ? 0.25 : testSize;
  const test = count("testSize", given, Math.ceil);
  const train = count("trainSize", trainSize, Math.floor);
  const sizes = { test: test ?? rows - train!, train: train ?? rows - test! };
  if (sizes.train + sizes.test > rows) {
    throw new DatasetError(
      `trainTestSplit: ${sizes.train} rows for training and ${sizes.test} for the test are more than the ${rows} that ` +
        "there are. Make one of them smaller.",
    );
  }
  if (sizes.train < 1) {
    throw new DatasetError(
      `trainTestSplit: of ${rows} rows, none is left for training. Make testSize smaller.`,
    );
  }
  return sizes;
}

function stratified(
  sizes: { train: number; test: number },
  { column, feature }: { column: Column; feature: FeatureType },
  key: { seed: number; site: number },
): SplitRows {
  if (!(feature instanceof ClassLabel)) {
    throw new DatasetError(
      "trainTestSplit: stratifyByColumn needs a column of classes. Make one with classEncodeColumn.",
    );
  }
  const members = new Map<unknown, number[]>();
  for (let row = 0; row < column.length; row++) {
    const label = column.get(row);
    const rows = members.get(label) ?? [];
    rows.push(row);
    members.set(label, rows);
  }
  const classes = [...members].sort(([a], [b]) => Number(a) - Number(b));
  const counts = classes.map(([, rows]) => rows.length);
  const rare = classes.find(([, rows]) => rows.length < 2);
  if (rare !== undefined) {
    throw new DatasetError(
      `trainTestSplit: class ${String(rare[0])} has one row, too few for two splits. Remove it or leave stratifyByColumn out.`,
    );
  }
  for (const [split, size] of Object.entries(sizes)) {
    if (size >= classes.length) continue;
    throw new DatasetError(
      `trainTestSplit: ${size} rows in ${split} are fewer than the ${classes.length} classes.`,
    );
  }
  const forTrain = shares(counts, sizes.train);
  const forTest = shares(
    counts.map((count, i) => count - forTrain[i]!),
    sizes.test,
  );
  const train: number[] = [];
  const test: number[] = [];
  for (const [i, [, rows]] of classes.entries()) {
    const order = randomPermutation(rows.length, { ...key, step: i + 1 });
    const drawn = Array.from(order, (at) => rows[at]!);
    train.push(...drawn.slice(0, forTrain[i]));
    test.push(...drawn.slice(forTrain[i], forTrain[i]! + forTest[i]!));
  }
  const mixed = (rows: number[], step: number) =>
    Int32Array.from(randomPermutation(rows.length, { ...key, step }), (at) => rows[at]!);
  return { train: mixed(train, classes.length + 1), test: mixed(test, classes.length + 2) };
}

/**
 * How many of each class to draw so that their shares stay as they are: rounded down, the rest to those with the largest
 * remainders.
 *
 * @see sklearn.utils.extmath._approximate_mode
 */
function shares(counts: readonly number[], draws: number): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const exact = counts.map((count) => (count / total) * draws);
  const drawn = exact.map(Math.floor);
  const missing = draws - drawn.reduce((sum, count) => sum + count, 0);
  const byRemainder = exact
    .map((share, i) => ({ i, remainder: share - drawn[i]! }))
    .sort((a, b) => b.remainder - a.remainder);
  for (const { i } of byRemainder.slice(0, missing)) drawn[i]!++;
  return drawn;
}
