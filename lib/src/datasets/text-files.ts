import path from "node:path";
import { writeFileAtomic } from "../checkpoints/atomic-file";
import { DatasetError } from "../errors";
import { isOneAscii } from "./formats/delimited";
import type { Cell } from "./columns";
import { type FeatureType, Value } from "./features";
import { plainText } from "./python-repr";
import type { Table } from "./table";

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
export async function writeCsv(
  file: string,
  table: Table,
  { delimiter = ",", header = true }: CsvOptions,
): Promise<void> {
  if (!isOneAscii(delimiter) || /["\r\n]/.test(delimiter)) {
    throw new DatasetError(
      `toCsv: delimiter is ${JSON.stringify(delimiter)}; it must be one ASCII character.`,
    );
  }
  const quoted = (text: string) =>
    text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const line = (cells: Iterable<Cell>) => {
    const text = Array.from(cells, (cell) => quoted(csvText(cell))).join(delimiter);
    // An empty line would be passed over when the file is read.
    return `${text === "" ? '""' : text}\n`;
  };
  const first = header ? line(table.columnNames) : "";
  const isFraction = Array.from(table.features, ([, feature]) => isFractional(feature));
  const cells = (row: Record<string, Cell>) =>
    Object.values(row).map((cell, i) => (isFraction[i] ? fractionText(cell) : cell));
  await writeText(file, first, table, (row) => line(cells(row)), "");
}

const isFractional = (feature: FeatureType) => feature instanceof Value && feature.dtype.startsWith("float");

/** A whole number of a column of fractions as "2.0": read again, the column is not one of integers. */
const fractionText = (cell: Cell): Cell =>
  Number.isInteger(cell) && Math.abs(cell as number) < 1e21 ? `${String(cell)}.0` : cell;

function csvText(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "boolean") return cell ? "True" : "False";
  return typeof cell === "object" ? JSON.stringify(cell, jsonCell) : plainText(cell);
}

/** Writes a table as JSON Lines or as one JSON array of objects. */
export async function writeJsonRows(
  file: string,
  table: Table,
  { lines = true }: JsonOptions,
): Promise<void> {
  const row = (cells: Record<string, Cell>) => JSON.stringify(cells, jsonCell);
  if (lines) return writeText(file, "", table, (cells) => `${row(cells)}\n`, "");
  await writeText(file, "[", table, (cells, i) => `${i > 0 ? "," : ""}\n${row(cells)}`, "\n]\n");
}

function jsonCell(_: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  if (typeof value === "bigint") {
    throw new DatasetError(
      `toJson: ${value} is no number that JSON keeps exactly. Turn the column into text first.`,
    );
  }
  return value;
}

async function writeText(
  file: string,
  before: string,
  table: Table,
  row: (cells: Record<string, Cell>, index: number) => string,
  after: string,
): Promise<void> {
  function* pieces(): Generator<Uint8Array> {
    yield Buffer.from(before, "utf8");
    for (let start = 0; start < table.length; start += ROWS_AT_ONCE) {
      const parts: string[] = [];
      const end = Math.min(start + ROWS_AT_ONCE, table.length);
      for (let i = start; i < end; i++) parts.push(row(table.row(i), i));
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
