import { DatasetError } from "../errors";
import type { AnyMapOptions, Dataset, MapOptions } from "./dataset";
import { indent, INSPECT, pythonList } from "./python-repr";
import type { Batch, Extended, Row, RowOf, RowOfBatch } from "./rows";

/** The splits of a dataset by name: `dict.train`, `dict.validation`, `dict.test`, any other by `dict.split(name)`. */
export class DatasetDict<R extends Row = Row> implements Iterable<[string, Dataset<R>]> {
  private readonly splits: ReadonlyMap<string, Dataset<R>>;

  constructor(splits: Readonly<Record<string, Dataset<R>>>) {
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

  /** How many rows each split has. */
  get numRows(): Record<string, number> {
    return Object.fromEntries(Array.from(this, ([name, split]) => [name, split.numRows]));
  }

  /** {@link Dataset.map} over every split, one after the other. */
  map<Made extends object | void, Removed extends string = never>(
    apply: (batch: Batch<R>, indices: number[]) => Made | Promise<Made>,
    options: MapOptions<Removed> & { batched: true },
  ): Promise<DatasetDict<Extended<Omit<R, Removed>, RowOfBatch<Made>>>>;
  map<Made extends object | void, Removed extends string = never>(
    apply: (row: R, index: number) => Made | Promise<Made>,
    options?: MapOptions<Removed> & { batched?: false },
  ): Promise<DatasetDict<Extended<Omit<R, Removed>, RowOf<Made>>>>;
  async map(apply: (rows: never, at: never) => object, options: AnyMapOptions = {}): Promise<DatasetDict> {
    const mapped: Record<string, Dataset> = {};
    for (const [name, split] of this) {
      const plan = { ...options, desc: options.desc ?? `Map ${name}` };
      // Which of the two forms it is was checked by the overloads above.
      mapped[name] = await split.map(apply as (row: R, index: number) => object, plan as MapOptions);
    }
    return new DatasetDict(mapped);
  }

  /** {@link Dataset.filter} over every split. */
  async filter(keep: (row: R, index: number) => boolean | Promise<boolean>): Promise<DatasetDict<R>> {
    const kept: Record<string, Dataset<R>> = {};
    for (const [name, split] of this) kept[name] = await split.filter(keep, { desc: `Filter ${name}` });
    return new DatasetDict(kept);
  }

  removeColumns<Name extends string>(names: Name | readonly Name[]): DatasetDict<Omit<R, Name>> {
    return this.eachSplit((split) => split.removeColumns(names));
  }

  renameColumn<From extends keyof R & string, To extends string>(
    from: From,
    to: To,
  ): DatasetDict<Omit<R, From> & Record<To, R[From]>> {
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
