import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { type CsvError, parse as parseCsv } from "csv-parse";
import { TEXT_COLUMN_NAMES } from "../datasets/classification";
import { csvCell } from "../datasets/formats/csv-cell";
import { ConfigError, DatasetError } from "../errors";

/** A row of a file with texts. */
export interface TextRow {
  text: string;
  /** Writes the row out again, with what was made of it. */
  withFields: (fields: Readonly<Record<string, string | number>>) => string;
}

/** A file of texts, read as far as it is asked for. */
export interface TextRows {
  /** What stands before the first row of a result. */
  header: (fields: readonly string[]) => string;
  rows: AsyncIterable<TextRow>;
  /** Bytes that have been read, of how many. */
  progress: () => { done: number; total: number };
}

/** By the ends of files' names. */
const FORMATS: Readonly<Record<string, "csv" | "tsv" | "jsonl" | "lines">> = {
  ".csv": "csv",
  ".tsv": "tsv",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".txt": "lines",
};

/** Reads a file with a header (CSV, TSV), of objects (JSON Lines) or of texts (a text a line), by the end of its name. */
export async function openTextRows(file: string, textColumn: string | undefined): Promise<TextRows> {
  const format = FORMATS[path.extname(file).toLowerCase()];
  if (format === undefined) {
    throw new ConfigError(`${file}: what is it? Files end with ${Object.keys(FORMATS).join(", ")}.`);
  }
  const { size: total } = await stat(file).catch((cause: Error) => {
    throw new ConfigError(`${file} cannot be read: ${cause.message}.`, { cause });
  });
  const source = createReadStream(file);
  const progress = () => ({ done: source.bytesRead, total });
  if (format === "csv" || format === "tsv") {
    const delimiter = format === "csv" ? "," : "\t";
    return { progress, ...(await delimitedRows(file, source, delimiter, textColumn)) };
  }
  const rows = format === "lines" ? plainRows(source) : jsonRows(file, source, textColumn);
  return { progress, header: () => "", rows };
}

/** Made when the first line is asked for: it loses those that come before somebody listens. */
const linesOf = (input: Readable): AsyncIterable<string> => createInterface({ input, crlfDelay: Infinity });

async function* plainRows(source: Readable): AsyncGenerator<TextRow> {
  for await (const text of linesOf(source)) {
    yield { text, withFields: (fields) => `${JSON.stringify({ text, ...fields })}\n` };
  }
}

async function* jsonRows(
  file: string,
  source: Readable,
  textColumn: string | undefined,
): AsyncGenerator<TextRow> {
  let number = 0;
  for await (const line of linesOf(source)) {
    number += 1;
    if (line.trim() === "") continue;
    const place = `${file}, line ${number}`;
    const row = readObject(line, place);
    const column = textColumn ?? columnOf(Object.keys(row), place);
    const text = Object.hasOwn(row, column) ? row[column] : undefined;
    if (typeof text !== "string") {
      throw new DatasetError(`${place}: there is no text under "${column}". --text-column names another.`);
    }
    // The row as it was written: numbers of any length stay as they are.
    const inside = line.trim().slice(1, -1).trim();
    yield {
      text,
      withFields: (fields) => `{${inside}${inside === "" ? "" : ", "}${JSON.stringify(fields).slice(1)}\n`,
    };
  }
}

function readObject(line: string, place: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new DatasetError(`${place}: ${(error as Error).message}.`, { cause: error });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new DatasetError(`${place}: a row is an object in braces.`);
  }
  return value as Record<string, unknown>;
}

async function delimitedRows(
  file: string,
  source: Readable,
  delimiter: string,
  textColumn: string | undefined,
): Promise<Pick<TextRows, "header" | "rows">> {
  const parser = source.pipe(parseCsv({ delimiter, bom: true, info: true, skip_empty_lines: true }));
  source.once("error", (error: Error) => parser.destroy(error));
  const records = parser[Symbol.asyncIterator]() as AsyncIterator<{
    record: string[];
    info: { lines: number };
  }>;
  const next = async () => {
    try {
      return await records.next();
    } catch (error) {
      const { lines, message } = error as CsvError & { lines?: number };
      const place = lines === undefined ? file : `${file}, line ${lines}`;
      throw new DatasetError(`${place}: ${message}.`, { cause: error });
    }
  };
  const first = await next();
  if (first.done) throw new DatasetError(`${file} is empty: its first line names the columns.`);
  const names = first.value.record;
  const column = textColumn ?? columnOf(names, file);
  const at = names.indexOf(column);
  if (at < 0) {
    throw new DatasetError(`${file} has no column "${column}". Columns: ${names.join(", ")}.`);
  }
  const line = (cells: readonly (string | number)[]) =>
    `${cells.map((cell) => csvCell(String(cell), delimiter)).join(delimiter)}\n`;
  async function* rows(): AsyncGenerator<TextRow> {
    for (let row = await next(); !row.done; row = await next()) {
      const { record } = row.value;
      yield { text: record[at]!, withFields: (fields) => line([...record, ...Object.values(fields)]) };
    }
  }
  const header = (fields: readonly string[]) => {
    const taken = fields.find((name) => names.includes(name));
    if (taken !== undefined) {
      throw new ConfigError(
        `${file} has a column "${taken}" already; --as NAME gives the new one another name.`,
      );
    }
    return line([...names, ...fields]);
  };
  return { header, rows: rows() };
}

function columnOf(names: readonly string[], place: string): string {
  const known = TEXT_COLUMN_NAMES.find((name) => names.includes(name));
  if (known !== undefined) return known;
  if (names.length === 1) return names[0]!;
  throw new DatasetError(
    `${place}: it cannot be told which column holds the text. Columns: ${names.join(", ")}. Say so by --text-column.`,
  );
}
