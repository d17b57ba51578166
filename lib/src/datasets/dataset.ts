import type { DataFrame } from "danfojs-node";
import { DatasetError } from "../errors";
import { randomPermutation } from "../random";
import { type BatchPlan, checkBatchSize, inBatches } from "./batches";
import { type Cell, type Column, toArray } from "./columns";
import { tableToDataFrame } from "./data-frame";
import type { Features, FeatureType } from "./features";
import { encodeColumn, inferColumn } from "./infer";
import { batched, mapTable, rowByRow, sliceColumns } from "./map";
import { INSPECT, pythonList } from "./python-repr";
import type { Batch, Extended, Row, RowOf, RowOfBatch } from "./rows";
import { rowsToColumns } from "./rows-to-columns";
import { Table } from "./table";

/** Keeps the order of `shuffle` apart from other random numbers of the same seed. */
const SHUFFLE_SITE = 0x5f0ff1e;

export interface MapOptions<Removed extends string = string> {
  /** Old columns to leave out of the result. Default none. */
  removeColumns?: Removed | readonly Removed[];
  /** Rows that the function gets at once if `batched`, and between two steps of the progress bar. Default 1000. */
  batchSize?: number;
  /** What stands before the progress bar. Default "Map". */
  desc?: string;
}

/** How the two forms of `map` are called. */
export type AnyMapOptions = MapOptions & { batched?: boolean };

export interface ShuffleOptions {
  /** Same seed, same order. Default: a random one. */
  seed?: number;
}

/**
 * A table of examples in typed, columnar memory, under the verbs of Hugging Face's `datasets`. Immutable: each verb
 * returns a new dataset, which shares memory with the old where it can.
 *
 * `dataset[0]` is a row; `dataset[-1]` the last one. Lists of numbers in a row are views: do not write into them.
 */
export class Dataset<R extends Row = Row> implements Iterable<R> {
  /** The row at a position; negative positions count from the end. @throws DatasetError outside the dataset */
  readonly [index: number]: R;

  /** @param table the columns; from outside, use `loadDataset`, `Dataset.fromDict` or `Dataset.fromList` */
  constructor(private readonly table: Table) {}

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
          ? inferColumn(values)
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

  get length(): number {
    return this.table.length;
  }

  get numRows(): number {
    return this.table.length;
  }

  get columnNames(): string[] {
    return this.table.columnNames;
  }

  get features(): Features {
    return this.table.features;
  }

  /** The row at a position; negative positions count from the end. @throws DatasetError outside the dataset */
  at(index: number): R {
    const row = index < 0 ? index + this.length : index;
    if (!Number.isInteger(row) || row < 0 || row >= this.length) {
      throw new DatasetError(
        `There is no row ${index}: the dataset has ${this.length}, the first is number 0.`,
      );
    }
    return this.table.row(row) as R;
  }

  *[Symbol.iterator](): IterableIterator<R> {
    for (let row = 0; row < this.length; row++) yield this.table.row(row) as R;
  }

  /** Batches of columns, in order; the last may be shorter. */
  *iter({ batchSize }: { batchSize: number }): IterableIterator<Batch<R>> {
    checkBatchSize(batchSize);
    for (let start = 0; start < this.length; start += batchSize) {
      yield sliceColumns(this.table, start, Math.min(start + batchSize, this.length)) as Batch<R>;
    }
  }

  /** The values of a column, as an array. @throws DatasetError naming the columns that there are */
  column<Name extends keyof R & string>(name: Name): R[Name][] {
    return toArray(this.table.column(name)) as R[Name][];
  }

  /** Rows start (included) to end (excluded), as `Array.prototype.slice` counts them; no copy. */
  slice(start = 0, end: number = this.length): Dataset<R> {
    const from = clampIndex(start, this.length);
    return new Dataset(this.table.slice(from, Math.max(from, clampIndex(end, this.length))));
  }

  /** These rows, in this order. @throws DatasetError for an index outside the dataset */
  select(indices: Iterable<number>): Dataset<R> {
    const rows = Array.from(indices, (index) => {
      const row = index < 0 ? index + this.length : index;
      if (Number.isInteger(row) && row >= 0 && row < this.length) return row;
      throw new DatasetError(`select: there is no row ${index}, the dataset has ${this.length}.`);
    });
    return new Dataset(this.table.take(Int32Array.from(rows)));
  }

  /** All rows in a random order. */
  shuffle({ seed = Math.floor(Math.random() * 2 ** 32) }: ShuffleOptions = {}): Dataset<R> {
    if (!Number.isInteger(seed)) throw new DatasetError(`shuffle: seed is ${seed}, not an integer.`);
    return new Dataset(this.table.take(randomPermutation(this.length, { seed, site: SHUFFLE_SITE })));
  }

  removeColumns<Name extends string>(names: Name | readonly Name[]): Dataset<Omit<R, Name>> {
    return new Dataset(this.table.without(typeof names === "string" ? [names] : names));
  }

  renameColumn<From extends keyof R & string, To extends string>(
    from: From,
    to: To,
  ): Dataset<Omit<R, From> & Record<To, R[From]>> {
    return new Dataset(this.table.renamed(from, to));
  }

  /** The rows for which the function says true. */
  async filter(
    keep: (row: R, index: number) => boolean | Promise<boolean>,
    { batchSize = 1000, desc = "Filter" }: Partial<BatchPlan> = {},
  ): Promise<Dataset<R>> {
    const kept: number[] = [];
    await inBatches(this.length, { batchSize, desc }, async (start, end) => {
      for (let row = start; row < end; row++) {
        const verdict = keep(this.table.row(row) as R, row);
        if (typeof verdict === "boolean" ? verdict : await verdict) kept.push(row);
      }
    });
    return new Dataset(this.table.take(Int32Array.from(kept)));
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
  ): Promise<Dataset<Extended<Omit<R, Removed>, RowOfBatch<Made>>>>;
  map<Made extends object | void, Removed extends string = never>(
    apply: (row: R, index: number) => Made | Promise<Made>,
    options?: MapOptions<Removed> & { batched?: false },
  ): Promise<Dataset<Extended<Omit<R, Removed>, RowOf<Made>>>>;
  async map(apply: (rows: never, at: never) => unknown, options: AnyMapOptions = {}): Promise<Dataset> {
    const { removeColumns = [], batchSize = 1000, desc = "Map" } = options;
    const removed = new Set(typeof removeColumns === "string" ? [removeColumns] : removeColumns);
    for (const name of removed) this.table.column(name);
    const call = apply as (rows: Record<string, unknown>, at: unknown) => unknown;
    const make = options.batched ? batched(this.table, call) : rowByRow(this.table, call);
    return new Dataset(await mapTable(this.table, make, { batchSize, removed, desc }));
  }

  /** The rows as a danfojs data frame. Loading danfojs takes about a second, the first time. */
  toDataFrame(): DataFrame {
    return tableToDataFrame(this.table);
  }

  /** As Python prints it. */
  toString(): string {
    return `Dataset({\n    features: ${pythonList(this.columnNames)},\n    num_rows: ${this.length}\n})`;
  }

  [INSPECT](): string {
    return this.toString();
  }
}

/** As `slice` counts: negative from the end, never outside. */
function clampIndex(index: number, length: number): number {
  const at = Math.trunc(index) || 0;
  return at < 0 ? Math.max(0, at + length) : Math.min(at, length);
}

/**
 * `dataset[0]`: a proxy *behind* the prototype, which only names that neither the dataset nor its class has come to.
 * So rows are found by number, and everything else costs what it costs in any class.
 */
const rowsByNumber = new Proxy(
  {},
  {
    get(target, key, receiver: unknown) {
      if (typeof key === "string" && /^-?\d+$/.test(key) && receiver instanceof Dataset)
        return (receiver as Dataset).at(Number(key));
      return Reflect.get(target, key, receiver) as unknown;
    },
  },
);
Object.setPrototypeOf(Dataset.prototype, rowsByNumber);
