import { DatasetError } from "../errors";
import { type Cell, type Column, NumberColumn, TextColumn, toArray } from "./columns";
import type { Table } from "./table";
import { refuseUnknownOptions } from "../known-options";

export interface SortOptions {
  /** Largest first; one for all columns, or one for each. Default false. */
  reverse?: boolean | readonly boolean[];
  /** Where rows with null (or NaN) go. Default "at_end". */
  nullPlacement?: "at_start" | "at_end";
}

/**
 * The order of rows by one column, then the next. Rows that are equal keep their order; texts go by code points.
 *
 * @throws DatasetError for a column that has no order, such as lists
 * @see datasets.Dataset.sort
 */
export function sortedRows(table: Table, names: readonly string[], options: SortOptions): Int32Array {
  refuseUnknownOptions("sort", options, ["reverse", "nullPlacement"], DatasetError);
  const { reverse = false, nullPlacement = "at_end" } = options;
  if (Array.isArray(reverse) && reverse.length !== names.length) {
    throw new DatasetError(
      `sort: ${reverse.length} values of reverse for ${names.length} columns. Give one for each, or one for all.`,
    );
  }
  const keys = names.map((name, i) => {
    const isReverse = typeof reverse === "boolean" ? reverse : (reverse[i] ?? false);
    return sortKey(name, table.column(name), isReverse ? -1 : 1, nullPlacement === "at_end" ? 1 : -1);
  });
  return Int32Array.from({ length: table.length }, (_, row) => row).sort((a, b) => {
    for (const compare of keys) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return a - b;
  });
}

type Compare = (a: number, b: number) => number;

function sortKey(name: string, column: Column, direction: 1 | -1, nulls: 1 | -1): Compare {
  if (column instanceof TextColumn) {
    const { bytes, offsets } = column.pack();
    return (a, b) => direction * bytes.compare(bytes, offsets[b], offsets[b + 1], offsets[a], offsets[a + 1]);
  }
  const cells: ArrayLike<Cell> = column instanceof NumberColumn ? column.values : toArray(column);
  const isNull = (cell: Cell) => cell === null || cell === undefined || Number.isNaN(cell);
  const odd = Array.from(cells).findIndex((cell) => !isNull(cell) && typeof cell === "object");
  if (odd >= 0) {
    throw new DatasetError(
      `sort: column "${name}", row ${odd}: lists and objects have no order. Sort by another column.`,
    );
  }
  return (a, b) => {
    const [left, right] = [cells[a], cells[b]] as [number, number];
    const [leftNull, rightNull] = [isNull(left), isNull(right)];
    if (leftNull || rightNull) return leftNull === rightNull ? 0 : leftNull ? nulls : -nulls;
    return left < right ? -direction : left > right ? direction : 0;
  };
}
