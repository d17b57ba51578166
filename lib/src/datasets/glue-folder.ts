import { closeSync, existsSync, openSync, readSync } from "../platform/files";
import path from "../platform/path";
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

/** More than a header takes. */
const HEADER_BYTES = 4096;

/**
 * Whether a folder is meant for {@link readGlueFolder}: it has a `train.tsv` with at most two columns, which are GLUE's
 * or have no column "label" that could be read as in any other file.
 */
export function isGlueFolder(folder: string): boolean {
  const train = path.join(folder, "train.tsv");
  if (!existsSync(train)) return false;
  const file = openSync(train, "r");
  try {
    const head = Buffer.alloc(HEADER_BYTES);
    const [line = ""] = head.toString("utf8", 0, readSync(file, head)).split(/\r?\n/);
    const names = line.replace("\ufeff", "").split("\t");
    return names.length <= 2 && (names[0] === "sentence" || !names.includes("label"));
  } finally {
    closeSync(file);
  }
}
