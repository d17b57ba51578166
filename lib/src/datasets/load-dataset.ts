import { statSync } from "../platform/files";
import path from "../platform/path";
import { DatasetError, HubError, type HubFailure } from "../errors";
import { refuseUnknownOptions } from "../known-options";
import { isRepositoryName } from "../hub/repository";
import type { Dataset } from "./dataset";
import type { DatasetDict } from "./dataset-dict";
import { EMBEDDED_DATASETS } from "../embedded";
import { embeddedDatasetFolder } from "./embedded-dataset";
import type { Features } from "./features";
import type { FileFormat, ReadOptions } from "./formats/read-file";
import { isGlueFolder, readGlueFolder } from "./glue-folder";
import type { GlueConfiguration, GlueRows } from "./glue-rows";
import type { Row, SentenceRow } from "./rows";
import {
  type DataFiles,
  expand,
  filesOfConfiguration,
  nothingReadable,
  splitsOfDataFiles,
} from "./sources/configurations";
import { type FoundFiles, hubConfiguration, hubDataset } from "./sources/hub-dataset";
import { listedFiles } from "./sources/listed-files";
import { localFolder } from "./sources/local-folder";
import { readSplits } from "./sources/read-splits";
import { isUrl } from "./sources/url";
import { isSavedDataset } from "./saved-dataset";
import { parseSplit, rowsOfPart } from "./split-expression";
import { concatenateDatasets } from "./concatenate-datasets";

export interface LoadDatasetOptions extends ReadOptions {
  /** Load this split only: "train", also "train[:10%]", "train[100:200]" or "train+test". Default: all. */
  split?: string;
  /** Files of each split, or a list for "train": paths, patterns (`data/*.csv`) or https addresses. */
  dataFiles?: DataFiles;
  /** Types to bring the columns to, such as names of classes. Default: what the files say. */
  features?: Features;
  /** Of a dataset on the Hub: branch, tag or commit. Default "main". */
  revision?: string;
  /** Access token of the Hub, or false for none. Default: `HF_TOKEN`. */
  token?: string | false;
  /** Where downloads are kept. Default: `HF_HUB_CACHE`, the folder that Python uses. */
  cacheDir?: string;
  /** The classes of a folder in GLUE's TSV format, in the order of their numbers. Default: negative, positive. */
  labelNames?: readonly string[];
}

const OPTIONS: readonly (keyof LoadDatasetOptions)[] = [
  ...(["split", "dataFiles", "features", "revision", "token", "cacheDir", "labelNames", "field"] as const),
  ...(["delimiter", "sep", "quoteChar", "header", "columnNames", "skipRows", "sampleBy"] as const),
];

type WithSplit = LoadDatasetOptions & { split: string };

/** The classes of SST-2. */
const SENTIMENTS: readonly string[] = ["negative", "positive"];

/** Names that stand for a format, as in Python: `loadDataset("csv", { dataFiles })`. */
const FORMAT_NAMES: readonly FileFormat[] = ["csv", "tsv", "json", "parquet", "arrow", "text"];

/**
 * Loads a dataset. Looked for in this order: an embedded one ("reviews", "challenge"); with `dataFiles`, a format ("csv", "tsv",
 * "json", "parquet", "arrow", "text"); a folder or file here; an https address; a dataset of the Hugging Face Hub ("glue" is
 * "nyu-mll/glue"; "glue/sst2" is short for its configuration sst2).
 *
 * Splits follow the dataset card (`configs` in README.md), else the names of files and folders, as in Python. Rows are
 * typed for GLUE; for other datasets say what they are: `loadDataset<{ text: string; label: number }>("imdb")`.
 *
 * @param source what to load
 * @param name   the configuration; default: the card's default, or the only one
 * @returns all splits, or the one that `split` names
 * @throws DatasetError naming the file, row and remedy; HubError if the Hub does not give it
 * @see datasets.load_dataset
 * @example
 * const reviews = await loadDataset("reviews"); //       embedded
 * const sst2 = await loadDataset("glue", "sst2"); //     from the Hub
 * const own = await loadDataset("csv", { dataFiles: { train: "train.csv", validation: "dev.csv" } });
 * const some = await loadDataset("reviews", { split: "train[:10%]" });
 */
export function loadDataset<Name extends GlueConfiguration>(
  source: "glue",
  name: Name,
  options: WithSplit,
): Promise<Dataset<GlueRows[Name]>>;
export function loadDataset<Name extends GlueConfiguration>(
  source: "glue",
  name: Name,
  options?: LoadDatasetOptions,
): Promise<DatasetDict<GlueRows[Name]>>;
export function loadDataset<R extends Row = SentenceRow>(
  source: string,
  options: WithSplit,
): Promise<Dataset<R>>;
export function loadDataset<R extends Row = SentenceRow>(
  source: string,
  name: string | undefined,
  options: WithSplit,
): Promise<Dataset<R>>;
export function loadDataset<R extends Row = SentenceRow>(
  source: string,
  options?: LoadDatasetOptions,
): Promise<DatasetDict<R>>;
export function loadDataset<R extends Row = SentenceRow>(
  source: string,
  name?: string,
  options?: LoadDatasetOptions,
): Promise<DatasetDict<R>>;
export async function loadDataset(
  source: string,
  nameOrOptions?: string | LoadDatasetOptions,
  moreOptions?: LoadDatasetOptions,
): Promise<DatasetDict | Dataset> {
  const given = typeof nameOrOptions === "object" ? nameOrOptions : (moreOptions ?? {});
  refuseUnknownOptions("loadDataset", given, OPTIONS);
  const [, short] = /^glue\/(\w+)$/.exec(source) ?? [];
  const isShort = short !== undefined && kindOf(source) === undefined;
  const name = typeof nameOrOptions === "string" ? nameOrOptions : isShort ? short : undefined;
  const folder = glueTsvFolder(source, name, given);
  if (folder !== undefined) return readGlue(folder, given);
  const place = embeddedDatasetFolder(source) ?? (isShort ? "glue" : source);
  const found = await findFiles(place, name, given);
  const format = given.dataFiles !== undefined ? FORMAT_NAMES.find((each) => each === source) : undefined;
  return readSplits(found, { ...given, format });
}

/** The folder, if the source is one that GLUE's own TSV files are in. */
function glueTsvFolder(
  source: string,
  name: string | undefined,
  { dataFiles, features }: LoadDatasetOptions,
): string | undefined {
  const embedded = embeddedDatasetFolder(source);
  if (embedded !== undefined && name !== undefined) {
    throw new DatasetError(`"${source}" has no configurations, so none named "${name}". Leave it out.`);
  }
  const folder = embedded ?? path.resolve(source);
  const isPlain = name === undefined && dataFiles === undefined && features === undefined;
  return isPlain && kindOf(folder) === "folder" && isGlueFolder(folder) ? folder : undefined;
}

async function readGlue(
  folder: string,
  { split, labelNames = SENTIMENTS }: LoadDatasetOptions,
): Promise<DatasetDict<SentenceRow> | Dataset<SentenceRow>> {
  const splits = await readGlueFolder(folder, labelNames);
  if (split === undefined) return splits;
  const parts = parseSplit(split).map((part) => {
    const whole = splits.split(part.split);
    return whole.slice(...rowsOfPart(part, whole.length));
  });
  return concatenateDatasets(parts);
}

async function findFiles(
  source: string,
  name: string | undefined,
  options: LoadDatasetOptions,
): Promise<FoundFiles> {
  const { dataFiles, revision, token, cacheDir } = options;
  const isFormat = FORMAT_NAMES.some((format) => format === source);
  if (isFormat && dataFiles !== undefined) return listedFiles(dataFiles, process.cwd(), true);
  if (isUrl(source)) return listedFiles(source, process.cwd());
  const kind = kindOf(source);
  if (kind === "file") return listedFiles(path.resolve(source), process.cwd());
  if (kind === "folder") {
    if (dataFiles !== undefined) return listedFiles(dataFiles, path.resolve(source));
    return filesOfFolder(path.resolve(source), name);
  }
  if (isFormat || !isRepositoryName(source)) throw notFound(source, name);
  const hub = { revision, token, cacheDir };
  try {
    if (dataFiles === undefined) return await hubConfiguration(source, name, hub);
    const set = await hubDataset(source, hub);
    return { set, files: expand(set, splitsOfDataFiles(dataFiles)) };
  } catch (error) {
    if (error instanceof HubError && NOT_HAD.includes(error.reason)) throw notOnHub(error, source);
    throw error;
  }
}

/** Reasons for which somebody may have meant something else than a dataset on the Hub. */
const NOT_HAD: readonly HubFailure[] = ["network", "offline", "unauthorized", "repository-not-found"];

function notOnHub(error: HubError, source: string): HubError {
  return new HubError(
    `${error.message} Nor is there a folder or file ${path.resolve(source)}. ` +
      `Without a network: loadDataset("${EMBEDDED_DATASETS[0]}").`,
    error.reason,
    { cause: error },
  );
}

async function filesOfFolder(folder: string, name: string | undefined): Promise<FoundFiles> {
  const set = await localFolder(folder);
  if (isSavedDataset(set.paths)) {
    throw new DatasetError(
      `${folder} was written by saveToDisk, or by Python's save_to_disk. Read it with loadFromDisk.`,
    );
  }
  const found = await filesOfConfiguration(set, name);
  if (found === undefined) throw nothingReadable(set);
  return { set, ...found };
}

function kindOf(source: string): "folder" | "file" | undefined {
  if (isUrl(source)) return undefined;
  const found = statSync(path.resolve(source), { throwIfNoEntry: false });
  if (found?.isDirectory()) return "folder";
  return found?.isFile() ? "file" : undefined;
}

function notFound(source: string, name: string | undefined): DatasetError {
  const wanted = name === undefined ? `"${source}"` : `"${source}", "${name}"`;
  const isFormat = FORMAT_NAMES.some((format) => format === source);
  const remedy = isFormat
    ? `To read ${source} files, say which: { dataFiles: { train: "train.${source}" } }.`
    : 'Give a folder or file that is there, an https address, the name of a dataset on the Hub ("owner/name"), ' +
      'or use loadDataset("reviews"), which needs no network.';
  return new DatasetError(
    `There is no dataset ${wanted} here: it is neither an embedded one (${EMBEDDED_DATASETS.join(", ")}) ` +
      `nor a folder or file (looked for ${path.resolve(source)}). ${remedy}`,
  );
}
