import { concatenateRows } from "../concatenate";
import { Dataset } from "../dataset";
import { DatasetDict } from "../dataset-dict";
import { castTable } from "../cast";
import { Features, type FeatureType } from "../features";
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
  found: FoundFiles,
  options: ReadSplitsOptions,
): Promise<DatasetDict | Dataset> {
  const { set, files } = found;
  const parts = options.split === undefined ? undefined : parseSplit(options.split);
  const names = parts === undefined ? [...files.keys()] : [...new Set(parts.map(({ split }) => split))];
  const unknown = names.find((name) => !files.has(name));
  if (unknown !== undefined) {
    throw new DatasetError(`${set.name} has no split "${unknown}". Splits: ${pythonList(files.keys())}.`);
  }
  const tables = new Map<string, Table>();
  const total = names.reduce((sum, name) => sum + files.get(name)!.length, 0);
  const progress = total > 1 ? startProgress({ label: "Reading", total, unit: "files" }) : undefined;
  let done = 0;
  try {
    for (const name of names) {
      const read: Table[] = [];
      for (const file of files.get(name)!) {
        read.push(await readOne(file, found, options));
        progress?.update(++done);
      }
      const sources = files.get(name)!.map((file) => set.describe(file));
      tables.set(name, concatenateRows(read, sources));
    }
  } finally {
    progress?.finish();
  }
  if (parts === undefined) {
    return new DatasetDict(Object.fromEntries(names.map((name) => [name, new Dataset(tables.get(name)!)])));
  }
  const stretches = parts.map((part) => {
    const table = tables.get(part.split)!;
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

async function readOne(file: string, found: FoundFiles, given: ReadSplitsOptions): Promise<Table> {
  const { set } = found;
  // What the caller says counts above what the card says.
  const options = { ...found.options, ...withoutUndefined(given) };
  const place = await set.fetch(file);
  // The query of an address is no part of the name that tells the format.
  const name = isUrl(file) ? fileName(new URL(file)) : set.describe(file);
  const features = options.features ?? found.features;
  const table = await readDataTable(place, name, options, options.format, features);
  if (options.features) return castTable(table, options.features, name);
  return found.features ? castKnownColumns(table, found.features, name) : table;
}

/** The columns that a card describes are what it says; of others it says nothing. */
function castKnownColumns(table: Table, features: Features, name: string): Table {
  const all = table.columnNames.map((column): [string, FeatureType] => {
    return [column, features.get(column) ?? table.features.get(column)!];
  });
  return castTable(table, new Features(all), name);
}

const withoutUndefined = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
