import { DatasetError } from "../errors";
import type { Cell } from "./columns";

/**
 * Turns rows into columns, all with the names of the first row.
 *
 * @param start the number of the first row, for messages
 * @throws DatasetError if a row has other names than the first
 */
export function rowsToColumns(rows: readonly object[], start: number): Record<string, Cell[]> {
  const names = Object.keys(rows[0] ?? {});
  const known = new Set(names);
  const columns = names.map((): Cell[] => new Array<Cell>(rows.length));
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as Record<string, Cell>;
    const odd =
      names.find((name) => !Object.hasOwn(row, name)) ?? Object.keys(row).find((name) => !known.has(name));
    if (odd !== undefined) {
      const has = Object.hasOwn(row, odd);
      throw new DatasetError(
        `Row ${start + i} ${has ? "has" : "lacks"} "${odd}", row ${start} ${has ? "does not" : "has it"}. ` +
          "Give every row the same columns.",
      );
    }
    names.forEach((name, at) => (columns[at]![i] = row[name]));
  }
  return Object.fromEntries(names.map((name, at) => [name, columns[at]!]));
}
