import { DatasetError } from "../errors";
import { randomPermutation } from "../random";
import { type BatchPlan, checkBatchSize } from "./batches";
import { castColumn, castTable, classEncode } from "./cast";
import type { Cell, Column } from "./columns";
import type { DataFrame } from "./danfojs";
import { dataFrameColumns } from "./data-frame";
import { DatasetDict } from "./dataset-dict";
import { DatasetView } from "./dataset-view";
import { filteredRows } from "./filter";
import type { Features, FeatureType } from "./features";
import { encodeColumn } from "./encode";
import { inferColumn } from "./infer";
import { batched, mapTable, rowByRow } from "./map";
import { mapCache, type MapCacheOptions } from "./map-cache";
import { type FormatType, RowFormat } from "./row-format";
import type { Batch, Extended, Row, RowOf, RowOfBatch, Without } from "./rows";
import { rowsToColumns } from "./rows-to-columns";
import { sortedRows, type SortOptions } from "./sort";
import { Table } from "./table";
import { trainTestRows, type TrainTestSplitOptions } from "./train-test-split";
import { refuseUnknownOptions } from "../known-options";
import { flattenTable } from "./flatten";
import { alignLabels } from "./align-labels";

/** Keeps the order of `shuffle` apart from other random numbers of the same seed. */
const SHUFFLE_SITE = 0x5f0ff1e;

export interface MapOptions<Removed extends string = string> extends MapCacheOptions {
  /** Old columns to leave out of the result. Default none. */
  removeColumns?: Removed | readonly Removed[];
  /** Rows that the function gets at once if `batched`, and between two steps of the progress bar. Default 1000. */
  batchSize?: number;
  /** What stands before the progress bar. Default "Map". */
  desc?: string;
  /** Types of the columns that the function makes. Default: what their values say. */
  features?: Features;
}

/** How the two forms of `map` are called. */
export type AnyMapOptions = MapOptions & { batched?: boolean };

const MAP_OPTIONS: readonly (keyof AnyMapOptions)[] = [
  "removeColumns",
  "batchSize",
  "batched",
  "desc",
  "features",
  "cacheDependencies",
  "cacheFile",
  "loadFromCacheFile",
];

export interface FilterOptions extends Partial<BatchPlan> {
  /** The function gets columns of many rows, and returns one boolean a row. Default false. */
  batched?: boolean;
}

export interface ShardOptions {
  numShards: number;
  index: number;
  contiguous?: boolean;
}

export interface ShuffleOptions {
  /** Same seed, same order. Default: a random one. */
  seed?: number;
}

/**
 * A table of examples in typed, columnar memory, under the verbs of Hugging Face's `datasets`. Immutable: each verb
 * returns a new dataset, which shares memory with the old where it can.
 *
 * `dataset[0]` is a row; `dataset[-1]` the last one. Lists of numbers in a row are views: do not write into them.
 *
 * @example
 * const dataset = Dataset.fromDict({ text: ["Fine.", "Dull."], label: [1, 0] });
 * dataset[0]; // { text: "Fine.", label: 1 }
 * dataset.column("text"); // ["Fine.", "Dull."]
 * const long = await dataset.filter(({ text }) => text.length > 5);
 */
export class Dataset<R extends Row = Row> extends DatasetView<R> {
  /** @param table the columns; from outside, use `loadDataset`, `Dataset.fromDict` or `Dataset.fromList` */
  constructor(table: Table, format: RowFormat = new RowFormat()) {
    super(table, format);
  }

  /**
   * A dataset of columns, given as arrays of equal length.
   *
   * @param features what the columns hold; default: what their values say (int32, float64, string, lists …)
   * @throws DatasetError if lengths differ or a value does not fit its feature
   */
  static fromDict<R extends Row>(columns: Batch<R>, features?: Features): Dataset<R> {
    const made = Object.entries<ArrayLike<Cell>>(columns).map(([name, values]) => {
      const feature = features?.get(name);
      const typed =
        feature === undefined
          ? inferColumn(values, `Column "${name}"`)
          : { column: encodeColumn(name, values, feature), feature };
      return [name, typed] as const;
    });
    return new Dataset<R>(
      new Table(
        new Map(made.map(([name, { column }]): [string, Column] => [name, column])),
        made.map(([name, { feature }]): [string, FeatureType] => [name, feature]),
      ),
    );
  }

  /** A dataset of rows, all with the names of the first. */
  static fromList<R extends Row>(rows: readonly R[], features?: Features): Dataset<R> {
    return Dataset.fromDict<R>(rowsToColumns(rows, 0) as Batch<R>, features);
  }

  /** The rows of a danfojs data frame. */
  static fromDataFrame<R extends Row = Row>(frame: DataFrame, features?: Features): Dataset<R> {
    return Dataset.fromDict<R>(dataFrameColumns(frame) as Batch<R>, features);
  }

  /** Another table under the same format. */
  private derive<S extends Row = R>(table: Table): Dataset<S> {
    return new Dataset<S>(table, this.rowFormat);
  }

  /** Rows start (included) to end (excluded), as `Array.prototype.slice` counts them; no copy. */
  slice(start = 0, end: number = this.length): Dataset<R> {
    const from = clampIndex(start, this.length);
    return this.derive(this.table.slice(from, Math.max(from, clampIndex(end, this.length))));
  }

  /** The first `count` rows; no copy. */
  take(count: number): Dataset<R> {
    return this.slice(0, checkCount("take", count));
  }

  /** All rows but the first `count`; no copy. */
  skip(count: number): Dataset<R> {
    return this.slice(checkCount("skip", count));
  }

  /** These rows, in this order. @throws DatasetError for an index outside the dataset */
  select(indices: Iterable<number>): Dataset<R> {
    const rows = Array.from(indices, (index) => {
      const row = index < 0 ? index + this.length : index;
      if (Number.isInteger(row) && row >= 0 && row < this.length) return row;
      throw new DatasetError(`select: there is no row ${index}, the dataset has ${this.length}.`);
    });
    return this.derive(this.table.take(Int32Array.from(rows)));
  }

  /** All rows, so many times. */
  repeat(times: number): Dataset<R> {
    checkCount("repeat", times);
    return this.derive(
      this.table.take(Int32Array.from({ length: this.length * times }, (_, i) => i % this.length)),
    );
  }

  /**
   * One of several parts of equal size, such as for several programs that share the work.
   *
   * @param options.numShards   parts in all
   * @param options.index       which of them, from 0
   * @param options.contiguous  rows that follow each other; false: every `numShards`-th. Default true
   * @throws DatasetError for a part that there is not
   */
  shard(options: ShardOptions): Dataset<R> {
    refuseUnknownOptions("shard", options, ["numShards", "index", "contiguous"], DatasetError);
    const { numShards, index, contiguous = true } = options;
    if (!(
      Number.isInteger(numShards) &&
      numShards > 0 &&
      Number.isInteger(index) &&
      index >= 0 &&
      index < numShards
    )) {
      throw new DatasetError(
        `shard: there is no part ${index} of ${numShards}; index counts from 0 to numShards - 1.`,
      );
    }
    if (!contiguous) {
      const length = Math.ceil((this.length - index) / numShards);
      return this.derive(this.table.take(Int32Array.from({ length }, (_, i) => index + i * numShards)));
    }
    const [size, rest] = [Math.floor(this.length / numShards), this.length % numShards];
    const start = index * size + Math.min(index, rest);
    return this.slice(start, start + size + (index < rest ? 1 : 0));
  }

  /** All rows in a random order. The same seed gives the same order, though not that of Python. */
  shuffle(options: ShuffleOptions = {}): Dataset<R> {
    refuseUnknownOptions("shuffle", options, ["seed"], DatasetError);
    const { seed = Math.floor(Math.random() * 2 ** 32) } = options;
    if (!Number.isInteger(seed)) throw new DatasetError(`shuffle: seed is ${seed}, not an integer.`);
    return this.derive(this.table.take(randomPermutation(this.length, { seed, site: SHUFFLE_SITE })));
  }

  /** All rows in the order of a column, or of several, the first one first. */
  sort<Name extends keyof R & string>(
    columns: Name | readonly Name[],
    options: SortOptions = {},
  ): Dataset<R> {
    return this.derive(this.table.take(sortedRows(this.table, asList(columns), options)));
  }

  /**
   * Two splits, `train` and `test`, drawn at random.
   *
   * @throws DatasetError for sizes that cannot be had, or classes too small to be in both
   */
  trainTestSplit(options: TrainTestSplitOptions = {}): DatasetDict<R> {
    const { stratifyByColumn: name } = options;
    const labels =
      name === undefined
        ? undefined
        : { column: this.table.column(name), feature: this.table.features.get(name)! };
    const { train, test } = trainTestRows(this.length, options, labels);
    return new DatasetDict({
      train: this.derive(this.table.take(train)),
      test: this.derive(this.table.take(test)),
    });
  }

  /**
   * With one more column, at the end.
   *
   * @param feature what it holds; default: what the values say
   * @throws DatasetError if there is one of its name, or the number of values is another than that of rows
   */
  addColumn<Name extends string, Value>(
    name: Name,
    values: ArrayLike<Value>,
    feature?: FeatureType,
  ): Dataset<Extended<R, Record<Name, Value>>> {
    if (this.table.columns.has(name)) {
      throw new DatasetError(`addColumn: there is a column "${name}" already. Remove or rename it first.`);
    }
    if (values.length !== this.length && this.numColumns > 0) {
      throw new DatasetError(
        `addColumn: "${name}" has ${values.length} values for ${this.length} rows. Give one value a row.`,
      );
    }
    const typed =
      feature === undefined
        ? inferColumn(values, `Column "${name}"`)
        : { column: encodeColumn(name, values, feature), feature };
    return this.derive(this.table.with(name, typed.column, typed.feature));
  }

  removeColumns<Name extends string>(names: Name | readonly Name[]): Dataset<Without<R, Name>> {
    return this.derive(this.table.without(asList(names)));
  }

  /** These columns alone, in this order. */
  selectColumns<Name extends keyof R & string>(names: Name | readonly Name[]): Dataset<Pick<R, Name>> {
    return this.derive(this.table.only(asList(names)));
  }

  renameColumn<From extends keyof R & string, To extends string>(
    from: From,
    to: To,
  ): Dataset<Without<R, From> & Record<To, R[From]>> {
    return this.derive(this.table.renamed(from, to));
  }

  /** Several at once: `{ sentence: "text", label: "labels" }`. */
  renameColumns(names: Readonly<Partial<Record<keyof R & string, string>>>): Dataset {
    return this.derive(this.table.renamedAll(new Map(Object.entries(names) as [string, string][])));
  }

  /**
   * With a column brought to another type: numbers to text and back, names of classes to numbers.
   *
   * @throws DatasetError naming the first row that has no such value, such as a label that is no class
   */
  castColumn(name: keyof R & string, feature: FeatureType): Dataset<R> {
    const column = castColumn(name, this.table.column(name), this.table.features.get(name), feature);
    return this.derive(this.table.with(name, column, feature));
  }

  /**
   * With the numbers of classes that a model has: `dataset.alignLabelsWithMapping(model.config.label2id, "label")`.
   *
   * @throws DatasetError if a class has no number there
   */
  alignLabelsWithMapping(
    label2id: Readonly<Record<string, number>>,
    labelColumn: keyof R & string,
  ): Dataset<R> {
    const { column, feature } = alignLabels(this.table, label2id, labelColumn);
    return this.derive(this.table.with(labelColumn, column, feature));
  }

  /** With a column for each field of those that hold objects, called `column.field`. */
  flatten(): Dataset {
    return this.derive(flattenTable(this.table));
  }

  /** With all columns brought to these types. */
  cast(features: Features): Dataset<R> {
    return this.derive(castTable(this.table, features));
  }

  /** With a column of few different values as one of classes, named by the values in alphabetical order. */
  classEncodeColumn<Name extends keyof R & string>(
    name: Name,
    options: { includeNulls?: boolean } = {},
  ): Dataset<Extended<R, Record<Name, number>>> {
    refuseUnknownOptions("classEncodeColumn", options, ["includeNulls"], DatasetError);
    const { includeNulls = false } = options;
    const feature = this.table.column(name) && this.table.features.get(name)!;
    const encoded = classEncode(name, this.table.column(name), feature, includeNulls);
    return this.derive(this.table.with(name, encoded.column, encoded.feature));
  }

  /**
   * Sets how cells are handed out: `"typed"` (the default: lists of numbers as views, Int32Array and the like) or
   * `"plain"` (as ordinary arrays); and which columns rows have (default: all). The others stay in the dataset.
   */
  withFormat(type: FormatType = "typed", options: { columns?: readonly string[] } = {}): Dataset<R> {
    refuseUnknownOptions("withFormat", options, ["columns"], DatasetError);
    const { columns } = options;
    if (type !== "typed" && type !== "plain") {
      throw new DatasetError(
        `withFormat: there is no format ${JSON.stringify(type)}; "typed" and "plain" are.`,
      );
    }
    for (const name of columns ?? []) this.table.column(name);
    return new Dataset(this.table, new RowFormat(type, columns));
  }

  /** The rows for which the function says true; with `batched`, it says so for many rows at once. */
  filter(
    keep: (batch: Batch<R>, indices: number[]) => readonly boolean[] | Promise<readonly boolean[]>,
    options: FilterOptions & { batched: true },
  ): Promise<Dataset<R>>;
  filter(
    keep: (row: R, index: number) => boolean | Promise<boolean>,
    options?: FilterOptions & { batched?: false },
  ): Promise<Dataset<R>>;
  async filter(keep: (rows: never, at: never) => unknown, options: FilterOptions = {}): Promise<Dataset<R>> {
    refuseUnknownOptions("filter", options, ["batchSize", "desc", "batched"], DatasetError);
    const { batchSize = 1000, desc = "Filter", batched = false } = options;
    const rows = await filteredRows(this, keep, { batchSize, desc, batched });
    return this.derive(this.table.take(rows));
  }

  /**
   * Applies a function to all rows, one at a time or in batches. The columns that it returns are added, or replace
   * those of the same name. A batched function gets and returns columns (`{ sentence: string[], … }`) and may
   * return another number of rows than it got, if no old column stays (`removeColumns`).
   *
   * @param apply may be async; returns new columns, or nothing
   * @throws DatasetError if the returned columns do not fit the rows or each other
   */
  map<Made extends object | void, Removed extends string = never>(
    apply: (batch: Batch<R>, indices: number[]) => Made | Promise<Made>,
    options: MapOptions<Removed> & { batched: true },
  ): Promise<Dataset<Extended<Without<R, Removed>, RowOfBatch<Made>>>>;
  map<Made extends object | void, Removed extends string = never>(
    apply: (row: R, index: number) => Made | Promise<Made>,
    options?: MapOptions<Removed> & { batched?: false },
  ): Promise<Dataset<Extended<Without<R, Removed>, RowOf<Made>>>>;
  async map(apply: (rows: never, at: never) => unknown, options: AnyMapOptions = {}): Promise<Dataset> {
    refuseUnknownOptions("map", options, MAP_OPTIONS, DatasetError);
    const { removeColumns = [], batchSize = 1000, desc = "Map", features } = options;
    checkBatchSize(batchSize);
    const removed = new Set(asList(removeColumns));
    for (const name of removed) this.table.column(name);
    const call = apply as (rows: Record<string, unknown>, at: unknown) => unknown;
    const make = options.batched ? batched(this.rowFormat, call) : rowByRow(this.rowFormat, call);
    const way = {
      batched: options.batched === true && batchSize,
      removed: [...removed].sort(),
      format: this.format,
    };
    const cache = mapCache(this.table, apply, way, options);
    return new Dataset(
      await mapTable(this.table, make, { batchSize, removed, desc, features, cache }),
      this.rowFormat,
    );
  }
}

function asList<Name extends string>(names: Name | readonly Name[]): readonly Name[] {
  return typeof names === "string" ? [names] : names;
}

function checkCount(verb: string, count: number): number {
  if (Number.isInteger(count) && count >= 0) return count;
  throw new DatasetError(`${verb}: ${count} is no number of rows. Give a whole number from 0.`);
}

/** As `slice` counts: negative from the end, never outside. */
function clampIndex(index: number, length: number): number {
  const at = Math.trunc(index) || 0;
  return at < 0 ? Math.max(0, at + length) : Math.min(at, length);
}
