import path from "../platform/path";
import { writeFileAtomic } from "../checkpoints/atomic-file";
import { DatasetError } from "../errors";
import { csvCell } from "./formats/csv-cell";
import { isOneAscii } from "./formats/delimited";
import type { Cell } from "./columns";
import { type FeatureType, Value } from "./features";
import { plainText } from "./python-repr";
import type { Table } from "./table";
import { refuseUnknownOptions } from "../known-options";

export interface CsvOptions {
  /** Between two columns. Default ",". */
  delimiter?: string;
  /** Write the names of the columns first. Default true. */
  header?: boolean;
}

export interface JsonOptions {
  /** An object a line; false: one array. Default true. */
  lines?: boolean;
}

/** Rows that are turned into text together. */
const ROWS_AT_ONCE = 1000;

/** Writes a table as CSV (RFC 4180, "\n" at line ends). @see pandas.DataFrame.to_csv with index=False */
export async function writeCsv(file: string, table: Table, options: CsvOptions): Promise<void> {
  refuseUnknownOptions("toCsv", options, ["delimiter", "header"], DatasetError);
  const { delimiter = ",", header = true } = options;
  if (!isOneAscii(delimiter) || /["\r\n]/.test(delimiter)) {
    throw new DatasetError(
      `toCsv: delimiter is ${JSON.stringify(delimiter)}; it must be one ASCII character.`,
    );
  }
  const line = (cells: Iterable<Cell>) => {
    const text = Array.from(cells, (cell) => csvCell(csvText(cell), delimiter)).join(delimiter);
    // An empty line would be passed over when the file is read.
    return `${text === "" ? '""' : text}\n`;
  };
  const first = header ? line(table.columnNames) : "";
  const isFraction = Array.from(table.features, ([, feature]) => isFractional(feature));
  const cells = (row: readonly Cell[]) => row.map((cell, i) => (isFraction[i] ? fractionText(cell) : cell));
  await writeText(file, first, table, (row) => line(cells(row)), "");
}

const isFractional = (feature: FeatureType) => feature instanceof Value && feature.dtype.startsWith("float");

/** A whole number of a column of fractions as "2.0": read again, the column is not one of integers. */
const fractionText = (cell: Cell): Cell =>
  Number.isInteger(cell) && Math.abs(cell as number) < 1e21 ? `${String(cell)}.0` : cell;

function csvText(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "boolean") return cell ? "True" : "False";
  if (cell instanceof Date) return timeText(cell);
  return typeof cell === "object" ? jsonText(cell) : plainText(cell);
}

/** As pandas writes times: "2024-01-01 12:00:00", with what there is of a second. */
function timeText(time: Date): string {
  if (Number.isNaN(time.getTime())) return "";
  return time
    .toISOString()
    .replace("T", " ")
    .replace(/(\.000)?Z$/, "");
}

/** Writes a table as JSON Lines or as one JSON array of objects. */
export async function writeJsonRows(file: string, table: Table, options: JsonOptions): Promise<void> {
  refuseUnknownOptions("toJson", options, ["lines"], DatasetError);
  const { lines = true } = options;
  const names = table.columnNames.map((name) => JSON.stringify(name));
  // Written by hand: an object would put names that are numbers first.
  const row = (cells: readonly Cell[]) =>
    `{${cells.map((cell, i) => `${names[i]}:${jsonText(cell)}`).join(",")}}`;
  if (lines) return writeText(file, "", table, (cells) => `${row(cells)}\n`, "");
  await writeText(file, "[", table, (cells, i) => `${i > 0 ? "," : ""}\n${row(cells)}`, "\n]\n");
}

/** A cell as JSON; integers of any size exactly, and what JSON has no word for as null. */
function jsonText(cell: Cell): string {
  if (typeof cell === "bigint") return cell.toString();
  if (cell === undefined || cell === null || typeof cell !== "object") return JSON.stringify(cell ?? null);
  if (ArrayBuffer.isView(cell) && !(cell instanceof DataView))
    return `[${Array.from(cell as unknown as ArrayLike<Cell>, jsonText).join(",")}]`;
  if (Array.isArray(cell)) return `[${cell.map(jsonText).join(",")}]`;
  if ("toJSON" in cell) return JSON.stringify(cell);
  const fields = Object.entries(cell).map(([field, value]) => `${JSON.stringify(field)}:${jsonText(value)}`);
  return `{${fields.join(",")}}`;
}

async function writeText(
  file: string,
  before: string,
  table: Table,
  row: (cells: readonly Cell[], index: number) => string,
  after: string,
): Promise<void> {
  function* pieces(): Generator<Uint8Array> {
    yield Buffer.from(before, "utf8");
    for (let start = 0; start < table.length; start += ROWS_AT_ONCE) {
      const parts: string[] = [];
      const end = Math.min(start + ROWS_AT_ONCE, table.length);
      for (let i = start; i < end; i++) {
        const cells = Array.from(table.columns.values(), (column) => column.get(i));
        parts.push(row(cells, i));
      }
      yield Buffer.from(parts.join(""), "utf8");
    }
    yield Buffer.from(after, "utf8");
  }
  try {
    await writeFileAtomic(path.resolve(file), pieces());
  } catch (error) {
    if ((error as Error).cause instanceof DatasetError) throw (error as Error).cause;
    throw error;
  }
}
