import { ListColumn, TextColumn } from "./columns";
import { fingerprint } from "./fingerprint";
import type { MakeColumns } from "./map";
import type { Table } from "./table";

/** Evenly spread over the table, first and last row included. */
const SPREAD_ROWS = 32;

/**
 * A digest of what a function makes of a few rows, which are given to it as one small batch. Kept beside a result of `map`
 * and made again before that result is used, it tells whether the function still does the same: a guard against what it
 * depends on without being told in `cacheDependencies`.
 */
export async function probe(table: Table, make: MakeColumns): Promise<string> {
  const rows = probedRows(table);
  return fingerprint(rows.length === 0 ? null : await make(table.take(Int32Array.from(rows)), rows));
}

/** Rows of all parts of the table, and of each column the longest, which is where a changed `maxLength` shows. */
function probedRows({ length, columns }: Table): number[] {
  const count = Math.min(SPREAD_ROWS, length);
  const rows = Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / (count - 1 || 1)));
  for (const column of columns.values()) {
    if (length > 0 && (column instanceof TextColumn || column instanceof ListColumn))
      rows.push(column.longestRow());
  }
  return [...new Set(rows)].sort((a, b) => a - b);
}
