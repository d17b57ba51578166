import { createRequire } from "node:module";
import type * as Danfojs from "danfojs-node";
import { type Cell, toArray } from "./columns";
import type { Table } from "./table";

// danfojs brings a second of loading time with it: it is loaded when the first frame is made.
const loadModule = createRequire(__filename);

/** The table as a danfojs data frame; lists of numbers become plain arrays. */
export function tableToDataFrame(table: Table): Danfojs.DataFrame {
  const danfojs = loadModule("danfojs-node") as typeof Danfojs;
  const columns: Record<string, Cell[]> = {};
  for (const [name, column] of table.columns) columns[name] = toArray(column).map(plain);
  return new danfojs.DataFrame(columns);
}

const plain = (cell: Cell): Cell =>
  ArrayBuffer.isView(cell) ? Array.from(cell as unknown as ArrayLike<number>) : cell;

/** The columns of a data frame; what is missing (undefined, NaN among other things than numbers) becomes null. */
export function dataFrameColumns(frame: Danfojs.DataFrame): Record<string, Cell[]> {
  const columns = frame.columns.map((name): [string, Cell[]] => {
    const cells = frame.column(name).values as Cell[];
    const isNumeric = cells.every((cell) => typeof cell === "number");
    const isMissing = (cell: Cell) => cell === undefined || (!isNumeric && Number.isNaN(cell));
    return [name, cells.map((cell) => (isMissing(cell) ? null : cell))];
  });
  return Object.fromEntries(columns);
}
