import { statSync } from "node:fs";
import path from "node:path";
import { DatasetError } from "../errors";
import type { Dataset } from "./dataset";
import type { DatasetDict } from "./dataset-dict";
import { EMBEDDED_DATASETS, embeddedDatasetFolder } from "./embedded-dataset";
import { readGlueFolder } from "./glue-folder";
import type { SentenceRow } from "./rows";

export interface LoadDatasetOptions {
  /** Load this split only: "train", "validation" or "test". Default: all. */
  split?: string;
  /** The classes of a folder in the order of their numbers. Default: negative, positive. */
  labelNames?: readonly string[];
}

/** The classes of SST-2. */
const SENTIMENTS: readonly string[] = ["negative", "positive"];

/**
 * Loads a dataset: an embedded one by its name ("reviews"), or a folder with GLUE's `train.tsv`, `dev.tsv` and
 * `test.tsv`. An embedded name goes first; for a folder of the same name, write "./reviews".
 *
 * @returns all splits, or the one that `split` names
 * @throws DatasetError if there is no such dataset, or naming the file and line that cannot be read
 */
export function loadDataset(
  source: string,
  options: LoadDatasetOptions & { split: string },
): Promise<Dataset<SentenceRow>>;
export function loadDataset(
  source: string,
  name: string,
  options: LoadDatasetOptions & { split: string },
): Promise<Dataset<SentenceRow>>;
export function loadDataset(source: string, options?: LoadDatasetOptions): Promise<DatasetDict<SentenceRow>>;
export function loadDataset(
  source: string,
  name?: string,
  options?: LoadDatasetOptions,
): Promise<DatasetDict<SentenceRow>>;
export async function loadDataset(
  source: string,
  nameOrOptions: string | LoadDatasetOptions = {},
  moreOptions: LoadDatasetOptions = {},
): Promise<DatasetDict<SentenceRow> | Dataset<SentenceRow>> {
  const name = typeof nameOrOptions === "string" ? nameOrOptions : undefined;
  const { split, labelNames = SENTIMENTS } =
    name === undefined ? (nameOrOptions as LoadDatasetOptions) : moreOptions;
  const splits = await readGlueFolder(findFolder(source, name), labelNames);
  return split === undefined ? splits : splits.split(split);
}

function findFolder(source: string, name: string | undefined): string {
  const embedded = embeddedDatasetFolder(source);
  const folder = path.resolve(source);
  const kind = embedded === undefined ? statSync(folder, { throwIfNoEntry: false }) : undefined;
  const found = embedded ?? (kind?.isDirectory() ? folder : undefined);
  if (found !== undefined && name === undefined) return found;
  if (found !== undefined) {
    throw new DatasetError(`"${source}" has no configurations, so none named "${name}". Leave it out.`);
  }
  if (kind !== undefined) {
    throw new DatasetError(
      `${folder} is a file. Give the folder that holds train.tsv, dev.tsv and test.tsv.`,
    );
  }
  const wanted = name === undefined ? `"${source}"` : `"${source}", "${name}"`;
  throw new DatasetError(
    `There is no dataset ${wanted} here: it is neither an embedded one (${EMBEDDED_DATASETS.join(", ")}) ` +
      `nor a folder (looked for ${folder}). Datasets on the Hugging Face Hub are not read in this version: ` +
      "download it and give the folder with its train.tsv, dev.tsv and test.tsv, " +
      'or use loadDataset("reviews"), which needs no network.',
  );
}
