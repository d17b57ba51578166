import type { PushedCommit, PushOptions } from "../hub/push";
import { pushSplits } from "./push-splits";
import { DatasetError } from "../errors";
import { checkBatchSize } from "./batches";
import { type Cell, NumberColumn, TextColumn, toArray } from "./columns";
import type { DataFrame } from "./danfojs";
import { tableToDataFrame } from "./data-frame";
import type { Features } from "./features";
import { writeParquet } from "./formats/parquet-writer";
import { INSPECT, pythonList } from "./python-repr";
import type { FormatType, RowFormat } from "./row-format";
import type { Batch, Row } from "./rows";
import type { Table } from "./table";
import { type CsvOptions, type JsonOptions, writeCsv, writeJsonRows } from "./text-files";
import { writeDataset } from "./saved-dataset";
import { refuseUnknownOptions } from "../known-options";

/** What can be seen of a dataset: its size, rows, columns and types, and where they can be written to. */
export abstract class DatasetView<R extends Row = Row> implements Iterable<R> {
  /** The row at a position; negative positions count from the end. @throws DatasetError outside the dataset */
  readonly [index: number]: R;
  /** The columns that rows have. */
  private readonly shown: Table;

  constructor(
    /** @internal */
    readonly table: Table,
    /** @internal */
    readonly rowFormat: RowFormat,
  ) {
    this.shown = rowFormat.view(table);
  }

  get length(): number {
    return this.table.length;
  }

  get numRows(): number {
    return this.table.length;
  }

  get numColumns(): number {
    return this.table.columns.size;
  }

  /** Rows and columns. */
  get shape(): [rows: number, columns: number] {
    return [this.numRows, this.numColumns];
  }

  get columnNames(): string[] {
    return this.table.columnNames;
  }

  get features(): Features {
    return this.table.features;
  }

  /** How cells are handed out, and the columns that rows have. @see Dataset.withFormat */
  get format(): { type: FormatType; columns: string[] } {
    return { type: this.rowFormat.type, columns: this.shown.columnNames };
  }

  /** The row at a position; negative positions count from the end. @throws DatasetError outside the dataset */
  at(index: number): R {
    const row = index < 0 ? index + this.length : index;
    if (!Number.isInteger(row) || row < 0 || row >= this.length) {
      throw new DatasetError(
        `There is no row ${index}: the dataset has ${this.length}, the first is number 0.`,
      );
    }
    return this.rowFormat.row(this.shown, row) as R;
  }

  *[Symbol.iterator](): IterableIterator<R> {
    for (let row = 0; row < this.length; row++) yield this.rowFormat.row(this.shown, row) as R;
  }

  /** Batches of columns, in order; the last may be shorter, or is left out with `dropLastBatch`. */
  *iter(options: { batchSize: number; dropLastBatch?: boolean }): IterableIterator<Batch<R>> {
    refuseUnknownOptions("iter", options, ["batchSize", "dropLastBatch"], DatasetError);
    const { batchSize, dropLastBatch = false } = options;
    checkBatchSize(batchSize);
    for (let start = 0; start < this.length; start += batchSize) {
      const end = Math.min(start + batchSize, this.length);
      if (dropLastBatch && end - start < batchSize) return;
      yield this.rowFormat.batch(this.shown, start, end) as Batch<R>;
    }
  }

  /** The values of a column, as an array. @throws DatasetError naming the columns that there are */
  column<Name extends keyof R & string>(name: Name): R[Name][] {
    const cells = toArray(this.table.column(name));
    return cells.map((cell) => this.rowFormat.cell(cell)) as R[Name][];
  }

  /** The different values of a column, in the order in which they first come. */
  unique<Name extends keyof R & string>(name: Name): R[Name][] {
    const column = this.table.column(name);
    if (column instanceof NumberColumn || column instanceof TextColumn) {
      return [...new Set(toArray(column))] as R[Name][];
    }
    const seen = new Map<unknown, Cell>();
    for (const cell of toArray(column)) {
      const key = typeof cell === "object" && cell !== null ? JSON.stringify(this.plain(cell)) : cell;
      if (!seen.has(key)) seen.set(key, this.rowFormat.cell(cell));
    }
    return [...seen.values()] as R[Name][];
  }

  private plain(cell: object): unknown {
    return ArrayBuffer.isView(cell) ? Array.from(cell as unknown as ArrayLike<number>) : cell;
  }

  /** The rows as a danfojs data frame. Loading danfojs takes about a second, the first time. */
  toDataFrame(): DataFrame {
    return tableToDataFrame(this.shown);
  }

  /** Writes the rows as CSV; atomic. Lists and objects are written as JSON, null as nothing. */
  toCsv(file: string, options: CsvOptions = {}): Promise<void> {
    return writeCsv(file, this.shown, options);
  }

  /** Writes the rows as JSON Lines, or with `lines: false` as one JSON array; atomic. */
  toJson(file: string, options: JsonOptions = {}): Promise<void> {
    return writeJsonRows(file, this.shown, options);
  }

  /** Writes the rows as parquet, with their features as Python's `datasets` notes them; atomic. */
  toParquet(file: string): Promise<void> {
    return writeParquet(file, this.shown);
  }

  /**
   * Sends the dataset to a repository on the Hub as its split "train"; several splits go together by `DatasetDict.pushToHub`.
   *
   * @throws HubError
   * @see datasets.Dataset.push_to_hub
   */
  async pushToHub(name: string, options: PushOptions = {}): Promise<PushedCommit> {
    return await pushSplits(name, new Map([["train", this]]), options);
  }

  /**
   * Writes the dataset into a folder, from which `loadFromDisk` reads it: `data.safetensors`, whose layout is described in
   * docs/datasets.md, and `dataset_info.json`. Atomic: the folder is whole, or as it was.
   */
  saveToDisk(folder: string): Promise<void> {
    return writeDataset(folder, this.table);
  }

  /** As Python prints it. */
  toString(): string {
    return `Dataset({\n    features: ${pythonList(this.columnNames)},\n    num_rows: ${this.length}\n})`;
  }

  [INSPECT](): string {
    return this.toString();
  }
}

/**
 * `dataset[0]`: a proxy *behind* the prototype, which only names that neither the dataset nor its class has come to.
 * So rows are found by number, and everything else costs what it costs in any class.
 */
const rowsByNumber = new Proxy(
  {},
  {
    get(target, key, receiver: unknown) {
      if (typeof key === "string" && /^-?\d+$/.test(key) && receiver instanceof DatasetView)
        return (receiver as DatasetView).at(Number(key));
      return Reflect.get(target, key, receiver) as unknown;
    },
  },
);
Object.setPrototypeOf(DatasetView.prototype, rowsByNumber);
