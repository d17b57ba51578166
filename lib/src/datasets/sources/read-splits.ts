import { concatenateRows } from "../concatenate";
import { Dataset } from "../dataset";
import { DatasetDict } from "../dataset-dict";
import { castTable } from "../cast";
import type { Features } from "../features";
import { type FileFormat, readDataTable, type ReadOptions } from "../formats/read-file";
import { rowsOfPart, parseSplit } from "../split-expression";
import type { Table } from "../table";
import { DatasetError } from "../../errors";
import { pythonList } from "../python-repr";
import { startProgress } from "../../progress";
import type { FoundFiles } from "./hub-dataset";
import { isUrl, fileName } from "./url";

export interface ReadSplitsOptions extends ReadOptions {
  /** Read only these; an expression as in `parseSplit`. */
  split?: string;
  /** What the columns shall hold. */
  features?: Features;
  /** Default: each file's own, by its name. */
  format?: FileFormat;
}

/** Reads the files of all splits, or of those asked for. @throws DatasetError, HubError */
export async function readSplits(
  { set, files }: FoundFiles,
  options: ReadSplitsOptions,
): Promise<DatasetDict | Dataset> {
  const parts = options.split === undefined ? undefined : parseSplit(options.split);
  const names = parts === undefined ? Object.keys(files) : [...new Set(parts.map(({ split }) => split))];
  const unknown = names.find((name) => !Object.hasOwn(files, name));
  if (unknown !== undefined) {
    throw new DatasetError(
      `${set.name} has no split "${unknown}". Splits: ${pythonList(Object.keys(files))}.`,
    );
  }
  const tables: Record<string, Table> = {};
  const total = names.reduce((sum, name) => sum + files[name]!.length, 0);
  const progress = total > 1 ? startProgress({ label: "Reading", total, unit: "files" }) : undefined;
  let done = 0;
  try {
    for (const name of names) {
      const read: Table[] = [];
      for (const file of files[name]!) {
        read.push(await readOne(file, { set, files }, options));
        progress?.update(++done);
      }
      tables[name] = concatenateRows(
        read,
        files[name]!.map((file) => set.describe(file)),
      );
    }
  } finally {
    progress?.finish();
  }
  if (parts === undefined) {
    return new DatasetDict(Object.fromEntries(names.map((name) => [name, new Dataset(tables[name]!)])));
  }
  const stretches = parts.map((part) => {
    const table = tables[part.split]!;
    const [start, end] = rowsOfPart(part, table.length);
    return start === 0 && end === table.length ? table : table.slice(start, end);
  });
  return new Dataset(
    concatenateRows(
      stretches,
      parts.map(({ split }) => `split "${split}"`),
    ),
  );
}

async function readOne(file: string, { set }: FoundFiles, options: ReadSplitsOptions): Promise<Table> {
  const place = await set.fetch(file);
  // The query of an address is no part of the name that tells the format.
  const name = isUrl(file) ? fileName(new URL(file)) : set.describe(file);
  const table = await readDataTable(place, name, options, options.format, options.features);
  return options.features === undefined ? table : castTable(table, options.features, name);
}
