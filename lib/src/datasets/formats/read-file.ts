import { DatasetError } from "../../errors";
import type { FeatureType } from "../features";
import type { Table } from "../table";
import { readArrow } from "./arrow";
import { readCsv } from "./csv";
import { isOneAscii } from "./delimited";
import { readJson } from "./json";
import { readParquet } from "./parquet";
import { readText, type SampleBy } from "./text";

export type FileFormat = "parquet" | "csv" | "tsv" | "json" | "arrow" | "text";

/** How files are read, where their format leaves a choice. */
export interface ReadOptions {
  /** Between two columns of a CSV file. Default ",", in TSV files a tab. */
  delimiter?: string;
  /** Around fields of a CSV file. Default '"'; null (the default in TSV files): quotes are ordinary characters. */
  quoteChar?: string | null;
  /** Python's name of `delimiter`. */
  sep?: string;
  /** Whether the first line of a CSV file names the columns. Default true, unless `columnNames` are given. */
  header?: boolean;
  /** Names of a CSV file's columns; with `header: true` in place of those of its first line. */
  columnNames?: readonly string[];
  /** Lines of a CSV file before the first that counts. Default 0. */
  skipRows?: number;
  /** The field of a JSON document that holds its rows. */
  field?: string;
  /** What a row of a text file is: a line, what stands between empty lines, or all of it. Default "line". */
  sampleBy?: SampleBy;
}

const FORMATS: Readonly<Record<string, FileFormat>> = {
  parquet: "parquet",
  csv: "csv",
  tsv: "tsv",
  json: "json",
  jsonl: "json",
  ndjson: "json",
  arrow: "arrow",
};

/** What messages say can be read. */
export const READABLE = "parquet, CSV, TSV, JSON, JSON Lines and Arrow, each also as .gz";

/** The format of a file, by its name (`.gz` aside); undefined if it is none that is read. */
export function formatOf(name: string): FileFormat | undefined {
  const extension = /\.([a-z]+)(\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(FORMATS, extension) ? FORMATS[extension] : undefined;
}

/**
 * Reads a data file.
 *
 * @param path   where it lies
 * @param name   what messages call it, and what tells its format
 * @param format default: by the name
 * @param declared what its columns shall hold, where the caller knows
 * @throws DatasetError naming file, row and remedy
 */
export function readDataTable(
  path: string,
  name: string,
  options: ReadOptions,
  format: FileFormat | undefined = formatOf(name),
  declared?: ReadonlyMap<string, FeatureType>,
): Promise<Table> {
  const { delimiter = options.sep, quoteChar, header, columnNames, skipRows } = options;
  if (options.delimiter !== undefined && options.sep !== undefined && options.sep !== options.delimiter) {
    throw new DatasetError("sep and delimiter are two names of one option; give one of them.");
  }
  if (skipRows !== undefined && !(Number.isSafeInteger(skipRows) && skipRows >= 0)) {
    throw new DatasetError(`skipRows is ${skipRows}; it counts lines: 0, 1, 2, …`);
  }
  if (delimiter !== undefined && !isOneAscii(delimiter)) {
    throw new DatasetError(`delimiter is ${JSON.stringify(delimiter)}; it must be one ASCII character.`);
  }
  if (quoteChar !== undefined && quoteChar !== null && !isOneAscii(quoteChar)) {
    throw new DatasetError(
      `quoteChar is ${JSON.stringify(quoteChar)}; it must be one ASCII character, or null.`,
    );
  }
  switch (format) {
    case "parquet":
      return readParquet(path, name);
    case "arrow":
      return readArrow(path, name);
    case "csv":
      return readCsv(
        path,
        {
          ...{ delimiter: delimiter ?? ",", quoteChar: quoteChar === undefined ? '"' : quoteChar },
          ...{ header, columnNames, skipRows },
        },
        name,
        declared,
      );
    case "tsv":
      // Files of tabs are seldom quoted (GLUE's are not), and a lone quote would swallow lines.
      return readCsv(
        path,
        { delimiter: delimiter ?? "\t", quoteChar: quoteChar ?? null, header, columnNames, skipRows },
        name,
        declared,
      );
    case "json":
      return readJson(path, options.field, name);
    case "text":
      return readText(path, options.sampleBy, name);
    case undefined:
      throw new DatasetError(`${name}: files of this kind are not read. Readable are ${READABLE}.`);
  }
}
