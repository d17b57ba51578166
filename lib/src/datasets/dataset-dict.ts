import { DatasetError } from "../errors";
import type { AnyMapOptions, Dataset, FilterOptions, MapOptions, ShuffleOptions } from "./dataset";
import type { Features, FeatureType } from "./features";
import { indent, INSPECT, pythonList } from "./python-repr";
import type { FormatType } from "./row-format";
import type { Batch, Extended, Row, RowOf, RowOfBatch, Without } from "./rows";
import type { PushedCommit, PushOptions } from "../hub/push";
import { pushSplits } from "./push-splits";
import { writeSplits } from "./saved-dataset";
import type { SortOptions } from "./sort";
import { DatasetView } from "./dataset-view";

/**
 * The splits of a dataset by name: `dict.train`, `dict.validation`, `dict.test`, any other by `dict.split(name)`.
 *
 * @example
 * const datasets = new DatasetDict({ train: dataset, validation: dataset.slice(0, 10) });
 * datasets.train.numRows;
 * for (const [split, rows] of datasets) console.log(split, rows.numRows);
 */
export class DatasetDict<R extends Row = Row> implements Iterable<[string, Dataset<R>]> {
  private readonly splits: ReadonlyMap<string, Dataset<R>>;

  /** @throws DatasetError for a split that is no dataset */
  constructor(splits: Readonly<Record<string, Dataset<R>>>) {
    for (const [name, split] of Object.entries<unknown>(splits)) {
      if (split instanceof DatasetView) continue;
      throw new DatasetError(
        `DatasetDict: the split "${name}" is no Dataset. Make one of it: Dataset.fromList(rows), Dataset.fromDict(columns).`,
      );
    }
    this.splits = new Map(Object.entries(splits));
  }

  get train(): Dataset<R> {
    return this.split("train");
  }

  get validation(): Dataset<R> {
    return this.split("validation");
  }

  get test(): Dataset<R> {
    return this.split("test");
  }

  /** @throws DatasetError naming the splits that there are */
  split(name: string): Dataset<R> {
    const split = this.splits.get(name);
    if (split !== undefined) return split;
    throw new DatasetError(`There is no split "${name}". Splits: ${pythonList(this.splitNames)}.`);
  }

  has(name: string): boolean {
    return this.splits.has(name);
  }

  get splitNames(): string[] {
    return [...this.splits.keys()];
  }

  /** Pairs of name and dataset, in order. */
  [Symbol.iterator](): IterableIterator<[string, Dataset<R>]> {
    return this.splits.entries();
  }

  /**
   * Sends the splits to a dataset's repository on the Hub, which is made if there is none: a parquet file a split, and a card.
   *
   * @param name "my-dataset" of your own account, or "owner/my-dataset"
   * @throws HubError
   * @see datasets.DatasetDict.push_to_hub
   * @example
   * await rawDatasets.pushToHub("my-dataset", { private: true });
   */
  async pushToHub(name: string, options: PushOptions = {}): Promise<PushedCommit> {
    return await pushSplits(name, this.splits, options);
  }

  /** How many rows each split has. */
  get numRows(): Record<string, number> {
    return Object.fromEntries(Array.from(this, ([name, split]) => [name, split.numRows]));
  }

  /** The columns of each split. */
  get columnNames(): Record<string, string[]> {
    return Object.fromEntries(Array.from(this, ([name, split]) => [name, split.columnNames]));
  }

  /** {@link Dataset.map} over every split, one after the other. */
  map<Made extends object | void, Removed extends string = never>(
    apply: (batch: Batch<R>, indices: number[]) => Made | Promise<Made>,
    options: MapOptions<Removed> & { batched: true },
  ): Promise<DatasetDict<Extended<Without<R, Removed>, RowOfBatch<Made>>>>;
  map<Made extends object | void, Removed extends string = never>(
    apply: (row: R, index: number) => Made | Promise<Made>,
    options?: MapOptions<Removed> & { batched?: false },
  ): Promise<DatasetDict<Extended<Without<R, Removed>, RowOf<Made>>>>;
  async map(apply: (rows: never, at: never) => object, options: AnyMapOptions = {}): Promise<DatasetDict> {
    const mapped: [string, Dataset][] = [];
    for (const [name, split] of this) {
      const plan = { ...options, desc: options.desc ?? `Map ${name}`, ...cacheFileOf(options, name) };
      // Which of the two forms it is was checked by the overloads above.
      mapped.push([name, await split.map(apply as (row: R, index: number) => object, plan as MapOptions)]);
    }
    return new DatasetDict(Object.fromEntries(mapped));
  }

  /** {@link Dataset.filter} over every split. */
  filter(
    keep: (batch: Batch<R>, indices: number[]) => readonly boolean[] | Promise<readonly boolean[]>,
    options: FilterOptions & { batched: true },
  ): Promise<DatasetDict<R>>;
  filter(
    keep: (row: R, index: number) => boolean | Promise<boolean>,
    options?: FilterOptions & { batched?: false },
  ): Promise<DatasetDict<R>>;
  async filter(
    keep: (rows: never, at: never) => unknown,
    options: FilterOptions = {},
  ): Promise<DatasetDict<R>> {
    const kept: [string, Dataset<R>][] = [];
    for (const [name, split] of this) {
      const plan = { ...options, desc: options.desc ?? `Filter ${name}` };
      // Which of the two forms it is was checked by the overloads above.
      const rows = await split.filter(
        keep as (row: R) => boolean,
        plan as FilterOptions & { batched?: false },
      );
      kept.push([name, rows]);
    }
    return new DatasetDict(Object.fromEntries(kept));
  }

  /** {@link Dataset.shuffle} of every split. */
  shuffle(options: ShuffleOptions = {}): DatasetDict<R> {
    return this.eachSplit((split) => split.shuffle(options));
  }

  /** {@link Dataset.sort} of every split. */
  sort<Name extends keyof R & string>(
    columns: Name | readonly Name[],
    options: SortOptions = {},
  ): DatasetDict<R> {
    return this.eachSplit((split) => split.sort(columns, options));
  }

  /** {@link Dataset.unique} of every split. */
  unique<Name extends keyof R & string>(name: Name): Record<string, R[Name][]> {
    return Object.fromEntries(Array.from(this, ([split, dataset]) => [split, dataset.unique(name)]));
  }

  selectColumns<Name extends keyof R & string>(names: Name | readonly Name[]): DatasetDict<Pick<R, Name>> {
    return this.eachSplit((split) => split.selectColumns(names));
  }

  renameColumns(names: Readonly<Partial<Record<keyof R & string, string>>>): DatasetDict {
    return this.eachSplit((split) => split.renameColumns(names));
  }

  castColumn(name: keyof R & string, feature: FeatureType): DatasetDict<R> {
    return this.eachSplit((split) => split.castColumn(name, feature));
  }

  /** {@link Dataset.alignLabelsWithMapping} of every split. */
  alignLabelsWithMapping(
    label2id: Readonly<Record<string, number>>,
    labelColumn: keyof R & string,
  ): DatasetDict<R> {
    return this.eachSplit((split) => split.alignLabelsWithMapping(label2id, labelColumn));
  }

  /** {@link Dataset.flatten} of every split. */
  flatten(): DatasetDict {
    return this.eachSplit((split) => split.flatten());
  }

  cast(features: Features): DatasetDict<R> {
    return this.eachSplit((split) => split.cast(features));
  }

  /** {@link Dataset.classEncodeColumn} of every split, each with the classes that it has. */
  classEncodeColumn<Name extends keyof R & string>(
    name: Name,
    options: { includeNulls?: boolean } = {},
  ): DatasetDict<Extended<R, Record<Name, number>>> {
    return this.eachSplit((split) => split.classEncodeColumn(name, options));
  }

  withFormat(type: FormatType = "typed", options: { columns?: readonly string[] } = {}): DatasetDict<R> {
    return this.eachSplit((split) => split.withFormat(type, options));
  }

  /** {@link Dataset.saveToDisk}, each split in a folder of its name, and `dataset_dict.json`. Atomic as a whole. */
  saveToDisk(folder: string): Promise<void> {
    return writeSplits(folder, Object.fromEntries(Array.from(this, ([name, { table }]) => [name, table])));
  }

  removeColumns<Name extends string>(names: Name | readonly Name[]): DatasetDict<Without<R, Name>> {
    return this.eachSplit((split) => split.removeColumns(names));
  }

  renameColumn<From extends keyof R & string, To extends string>(
    from: From,
    to: To,
  ): DatasetDict<Without<R, From> & Record<To, R[From]>> {
    return this.eachSplit((split) => split.renameColumn(from, to));
  }

  private eachSplit<S extends Row>(change: (split: Dataset<R>) => Dataset<S>): DatasetDict<S> {
    return new DatasetDict(Object.fromEntries(Array.from(this, ([name, split]) => [name, change(split)])));
  }

  /** As Python prints it. */
  toString(): string {
    const splits = Array.from(this, ([name, split]) => `\n    ${name}: ${indent(split.toString())}`);
    return `DatasetDict({${splits.join("")}\n})`;
  }

  [INSPECT](): string {
    return this.toString();
  }
}

/** Splits do not share a file. */
function cacheFileOf({ cacheFile }: AnyMapOptions, split: string): { cacheFile?: string } {
  return cacheFile === undefined ? {} : { cacheFile: cacheFile.replace(/(\.\w+)?$/, `-${split}$1`) };
}
