import { DatasetError } from "../errors";
import type { Cell, Column } from "./columns";
import { Features, type FeatureType } from "./features";
import { setOwn } from "../own-properties";
import { pythonList } from "./python-repr";

/** Columns of equal length with their features: what a `Dataset` stands on. Immutable; shares memory on slicing. */
export class Table {
  readonly length: number;
  readonly features: Features;

  constructor(
    readonly columns: ReadonlyMap<string, Column>,
    features: Iterable<readonly [string, FeatureType]>,
  ) {
    this.features = new Features(features);
    const [first, ...rest] = columns;
    this.length = first === undefined ? 0 : first[1].length;
    const odd = rest.find(([, column]) => column.length !== this.length);
    if (odd !== undefined) {
      throw new DatasetError(
        `Column "${odd[0]}" has ${odd[1].length} rows, but column "${first![0]}" has ${this.length}. ` +
          "Give all columns of a dataset the same length.",
      );
    }
  }

  get columnNames(): string[] {
    return [...this.columns.keys()];
  }

  /** @throws DatasetError naming the columns that there are */
  column(name: string): Column {
    const column = this.columns.get(name);
    if (column !== undefined) return column;
    throw new DatasetError(`There is no column "${name}". Columns: ${pythonList(this.columnNames)}.`);
  }

  row(index: number): Record<string, Cell> {
    const row: Record<string, Cell> = {};
    for (const [name, column] of this.columns) setOwn(row, name, column.get(index));
    return row;
  }

  slice(start: number, end: number): Table {
    return this.eachColumn((column) => column.slice(start, end));
  }

  take(rows: Int32Array): Table {
    return this.eachColumn((column) => column.take(rows));
  }

  private eachColumn(change: (column: Column) => Column): Table {
    const changed = Array.from(this.columns, ([name, column]) => [name, change(column)] as const);
    return new Table(new Map(changed), this.features);
  }

  without(names: readonly string[]): Table {
    for (const name of names) this.column(name);
    const gone = new Set(names);
    const stays = ([name]: readonly [string, unknown]) => !gone.has(name);
    return new Table(new Map([...this.columns].filter(stays)), [...this.features].filter(stays));
  }

  /** These columns, in this order. */
  only(names: readonly string[]): Table {
    const columns = names.map((name) => [name, this.column(name)] as const);
    return new Table(
      new Map(columns),
      columns.map(([name]) => [name, this.features.get(name)!] as const),
    );
  }

  /** With this column added, or in the place of the one of its name. */
  with(name: string, column: Column, feature: FeatureType): Table {
    const columns = new Map(this.columns).set(name, column);
    return new Table(columns, new Map(this.features).set(name, feature));
  }

  renamed(from: string, to: string): Table {
    return this.renamedAll(new Map([[from, to]]));
  }

  /** @throws DatasetError if a column is not there, or two would have one name */
  renamedAll(names: ReadonlyMap<string, string>): Table {
    for (const name of names.keys()) this.column(name);
    const rename = (name: string) => names.get(name) ?? name;
    const renamed = this.columnNames.map(rename);
    for (const [from, to] of names) {
      if (renamed.indexOf(to) === renamed.lastIndexOf(to)) continue;
      throw new DatasetError(
        `Column "${from}" cannot be renamed "${to}": there is one of this name. Remove that first.`,
      );
    }
    const change = <T>([name, value]: readonly [string, T]) => [rename(name), value] as const;
    return new Table(new Map(Array.from(this.columns, change)), Array.from(this.features, change));
  }
}
