import { type Cell, toArray } from "./columns";
import { type DataFrame, loadDanfojs } from "./danfojs";
import { setOwn } from "../own-properties";
import type { Table } from "./table";

/** The table as a danfojs data frame; lists of numbers become plain arrays. */
export function tableToDataFrame(table: Table): DataFrame {
  const danfojs = loadDanfojs();
  const columns: Record<string, Cell[]> = {};
  for (const [name, column] of table.columns) setOwn(columns, name, toArray(column).map(plain));
  // By itself it takes the order of object keys, in which numbers come first, and refuses no rows at all.
  if (table.length === 0) return new danfojs.DataFrame([], { columns: table.columnNames });
  return new danfojs.DataFrame(columns).loc({ columns: table.columnNames });
}

const plain = (cell: Cell): Cell =>
  ArrayBuffer.isView(cell) ? Array.from(cell as unknown as ArrayLike<number>) : cell;

/** The columns of a data frame; what is missing (undefined, NaN among other things than numbers) becomes null. */
export function dataFrameColumns(frame: DataFrame): Record<string, Cell[]> {
  const columns = frame.columns.map((name): [string, Cell[]] => {
    const cells = frame.column(name).values as Cell[];
    const isNumeric = cells.every((cell) => typeof cell === "number");
    const isMissing = (cell: Cell) => cell === undefined || (!isNumeric && Number.isNaN(cell));
    return [name, cells.map((cell) => (isMissing(cell) ? null : cell))];
  });
  return Object.fromEntries(columns);
}
