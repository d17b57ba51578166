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
  const columns = names.map((): Cell[] => new Array<Cell>(rows.length));
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as Record<string, Cell>;
    const odd =
      names.find((name) => !(name in row)) ?? Object.keys(row).find((name) => !names.includes(name));
    if (odd !== undefined) {
      throw new DatasetError(
        `Row ${start + i} ${odd in row ? "has" : "lacks"} "${odd}", row ${start} ${odd in row ? "does not" : "has it"}. ` +
          "Give every row the same columns.",
      );
    }
    names.forEach((name, at) => (columns[at]![i] = row[name]));
  }
  return Object.fromEntries(names.map((name, at) => [name, columns[at]!]));
}
