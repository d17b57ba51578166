import path from "../platform/path";
import { existsSync } from "../platform/files";
import { writeDirectoryAtomic } from "../checkpoints/atomic-directory";
import { readJson, writeJson } from "../checkpoints/json";
import { DatasetError } from "../errors";
import { concatenateRows } from "./concatenate";
import { featuresToJson, knownFeatures } from "./features-json";
import { readArrow } from "./formats/arrow";
import type { Table } from "./table";
import { readTableFile, writeTableFile } from "./table-file";

/** Names in a folder that `saveToDisk` wrote. The two JSON files have Hugging Face's names and content. */
export const DATA_FILE = "data.safetensors";
export const INFO_FILE = "dataset_info.json";
export const DICT_FILE = "dataset_dict.json";
/** In a folder of Python's: which Arrow files are its data. */
const STATE_FILE = "state.json";

/** Writes a table into a folder. */
export async function writeDataset(folder: string, table: Table): Promise<void> {
  await writeDirectoryAtomic(folder, (temporary) => fill(temporary, table));
}

/** Writes the tables of several splits, each into a folder of its name. */
export async function writeSplits(folder: string, splits: Readonly<Record<string, Table>>): Promise<void> {
  for (const split of Object.keys(splits)) checkSplitName(split, folder);
  await writeDirectoryAtomic(folder, async (temporary) => {
    for (const [split, table] of Object.entries(splits)) {
      await writeDirectoryAtomic(path.join(temporary, split), (inner) => fill(inner, table));
    }
    await writeJson(path.join(temporary, DICT_FILE), { splits: Object.keys(splits) });
  });
}

async function fill(folder: string, table: Table): Promise<void> {
  await writeTableFile(path.join(folder, DATA_FILE), table);
  await writeJson(path.join(folder, INFO_FILE), { features: featuresToJson(table.features) });
}

/** Whether these are the files of a folder that was saved, here or by Python. */
export function isSavedDataset(paths: readonly string[]): boolean {
  return [DATA_FILE, DICT_FILE, STATE_FILE].some((file) => paths.includes(file));
}

/**
 * Reads a folder that one of the two above wrote, or Python's `save_to_disk`.
 *
 * @returns a table, or tables by split
 */
export async function readSaved(folder: string): Promise<Table | Map<string, Table>> {
  const table = await readSplit(folder);
  if (table) return table;
  const dict = path.join(folder, DICT_FILE);
  if (!existsSync(dict)) {
    throw new DatasetError(
      `${folder} holds no saved dataset: none of ${DATA_FILE}, ${STATE_FILE} and ${DICT_FILE}. Give the folder of saveToDisk.`,
    );
  }
  const content = await readJson(dict);
  const names = (content as { splits?: unknown } | null)?.splits;
  if (!Array.isArray(names)) throw new DatasetError(`${dict} names no splits. Save the dataset again.`);
  const splits = new Map<string, Table>();
  for (const name of names as unknown[]) {
    checkSplitName(name, dict);
    const split = await readSplit(path.join(folder, name));
    if (!split) {
      const where = path.join(folder, name);
      throw new DatasetError(
        `${where} holds no saved dataset: neither ${DATA_FILE} nor ${STATE_FILE}. Save the dataset again.`,
      );
    }
    splits.set(name, split);
  }
  return splits;
}

/** undefined: the folder is none of one dataset. */
async function readSplit(folder: string): Promise<Table | undefined> {
  if (existsSync(path.join(folder, DATA_FILE))) {
    return (await readTableFile(path.join(folder, DATA_FILE))).table;
  }
  return existsSync(path.join(folder, STATE_FILE)) ? await readPythonDataset(folder) : undefined;
}

/** What Python's `save_to_disk` wrote: Arrow files that `state.json` lists. */
async function readPythonDataset(folder: string): Promise<Table> {
  const state = path.join(folder, STATE_FILE);
  const content = (await readJson(state)) as { _data_files?: unknown } | null;
  const { _data_files: given } = content ?? {};
  const listed = Array.isArray(given) ? (given as ({ filename?: unknown } | null)[]) : [];
  const files = listed.map((entry) => {
    const name = entry?.filename;
    // A name that leads elsewhere would read what the folder does not hold.
    if (typeof name === "string" && /^\w[\w.-]*$/.test(name)) return path.join(folder, name);
    throw new DatasetError(`${state}: ${JSON.stringify(name)} is no name of a file in its folder.`);
  });
  if (files.length === 0) throw new DatasetError(`${state} lists no files. Save the dataset again.`);
  const info = path.join(folder, INFO_FILE);
  const described = existsSync(info)
    ? ((await readJson(info)) as { features?: unknown } | null)?.features
    : undefined;
  const features = described === undefined || described === null ? undefined : knownFeatures(described, info);
  const tables: Table[] = [];
  for (const file of files) tables.push(await readArrow(file, file, features));
  return concatenateRows(tables, files);
}

/** A split's name is a folder's name too: it must not lead elsewhere. */
export function checkSplitName(name: unknown, where: string): asserts name is string {
  if (typeof name === "string" && /^\w[\w.-]*$/.test(name)) return;
  throw new DatasetError(
    `${where}: ${JSON.stringify(name)} cannot be the name of a split: letters, digits, "_", "." and "-" can.`,
  );
}
