import path from "node:path";
import { existsSync } from "node:fs";
import { writeDirectoryAtomic } from "../checkpoints/atomic-directory";
import { readJson, writeJson } from "../checkpoints/json";
import { DatasetError } from "../errors";
import { featuresToJson } from "./features-json";
import type { Table } from "./table";
import { readTableFile, writeTableFile } from "./table-file";

/** Names in a folder that `saveToDisk` wrote. The two JSON files have Hugging Face's names and content. */
export const DATA_FILE = "data.safetensors";
export const INFO_FILE = "dataset_info.json";
export const DICT_FILE = "dataset_dict.json";

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

/** Reads a folder that one of the two above wrote: a table, or tables by split. */
export async function readSaved(folder: string): Promise<Table | Record<string, Table>> {
  if (existsSync(path.join(folder, DATA_FILE)))
    return (await readTableFile(path.join(folder, DATA_FILE))).table;
  const dict = path.join(folder, DICT_FILE);
  if (!existsSync(dict)) {
    const isArrow = existsSync(path.join(folder, "state.json"));
    throw new DatasetError(
      isArrow
        ? `${folder} was saved by Python's datasets, as Arrow files, which are not read here. In Python, write it with ` +
            "to_parquet, and load that with loadDataset."
        : `${folder} holds no saved dataset: neither ${DATA_FILE} nor ${DICT_FILE}. Give the folder of saveToDisk.`,
    );
  }
  const content = await readJson(dict);
  const names = (content as { splits?: unknown } | null)?.splits;
  if (!Array.isArray(names)) throw new DatasetError(`${dict} names no splits. Save the dataset again.`);
  const splits: Record<string, Table> = {};
  for (const name of names as unknown[]) {
    checkSplitName(name, dict);
    splits[name] = (await readTableFile(path.join(folder, name, DATA_FILE))).table;
  }
  return splits;
}

/** A split's name is a folder's name too: it must not lead elsewhere. */
function checkSplitName(name: unknown, where: string): asserts name is string {
  if (typeof name === "string" && /^\w[\w.-]*$/.test(name)) return;
  throw new DatasetError(
    `${where}: ${JSON.stringify(name)} cannot be the name of a split: letters, digits, "_", "." and "-" can.`,
  );
}
