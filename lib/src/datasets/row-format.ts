import { type Cell, toArray } from "./columns";
import { setOwn } from "../own-properties";
import type { Table } from "./table";

/**
 * How cells are handed out. `"typed"`: lists of numbers are (read-only) views of a column's memory, Int32Array and the
 * like. `"plain"`: they are copied into ordinary arrays.
 */
export type FormatType = "typed" | "plain";

/** What a dataset shows of its table, and how. */
export class RowFormat {
  /** @param columns those that rows have; undefined: all */
  constructor(
    readonly type: FormatType = "typed",
    readonly columns?: readonly string[],
  ) {}

  /** The part of a table that is shown. */
  view(table: Table): Table {
    if (this.columns === undefined) return table;
    return table.only(this.columns.filter((name) => table.columns.has(name)));
  }

  cell(cell: Cell): Cell {
    if (this.type === "typed" || !ArrayBuffer.isView(cell)) return cell;
    return Array.from(cell as unknown as ArrayLike<number>);
  }

  row(view: Table, index: number): Record<string, Cell> {
    const row = view.row(index);
    if (this.type === "plain") for (const name of Object.keys(row)) setOwn(row, name, this.cell(row[name]));
    return row;
  }

  /** Columns of some rows, as arrays. */
  batch(view: Table, start: number, end: number): Record<string, Cell[]> {
    const slices: Record<string, Cell[]> = {};
    for (const [name, column] of view.columns) {
      const cells = toArray(column.slice(start, end));
      setOwn(slices, name, this.type === "plain" ? cells.map((cell) => this.cell(cell)) : cells);
    }
    return slices;
  }
}
