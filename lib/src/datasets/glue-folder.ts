import { existsSync } from "node:fs";
import path from "node:path";
import { DatasetError } from "../errors";
import type { Dataset } from "./dataset";
import { DatasetDict } from "./dataset-dict";
import { readGlueTsv } from "./glue-tsv";
import type { SentenceRow } from "./rows";

/** GLUE's file for each split, in the order in which the splits are listed. */
const SPLITS = [
  { split: "train", file: "train.tsv", required: true },
  { split: "validation", file: "dev.tsv", required: true },
  { split: "test", file: "test.tsv", required: false },
] as const;

/**
 * Reads a folder laid out as GLUE's SST-2: `train.tsv`, `dev.tsv` (the validation split) and, if it is there,
 * `test.tsv`.
 *
 * @throws DatasetError if a file is missing, or naming the file and line that cannot be read
 */
export async function readGlueFolder(
  folder: string,
  labelNames: readonly string[],
): Promise<DatasetDict<SentenceRow>> {
  const found = SPLITS.filter(({ file }) => existsSync(path.join(folder, file)));
  const missing = SPLITS.find((entry) => entry.required && !found.includes(entry));
  if (missing !== undefined) {
    throw new DatasetError(
      `There is no ${path.join(folder, missing.file)}. A dataset folder holds train.tsv, dev.tsv and, if you like, ` +
        'test.tsv, with the header "sentence\\tlabel" (or "index\\tsentence" where labels are hidden).',
    );
  }
  const splits: Record<string, Dataset<SentenceRow>> = {};
  for (const { split, file } of found) splits[split] = await readGlueTsv(path.join(folder, file), labelNames);
  return new DatasetDict(splits);
}
