import { readFile } from "node:fs/promises";
import { DatasetError } from "../../errors";
import { formatOf, READABLE } from "../formats/read-file";
import { globToRegExp, isGlob } from "../glob";
import { pythonList } from "../python-repr";
import { inUsualOrder, isPassedOver, splitsByName } from "../split-patterns";
import type { FileSet } from "./file-set";
import { readFrontMatter, type YamlValue } from "./front-matter";

/** The files of each split, relative to their set, in order. */
export type SplitFiles = Record<string, string[]>;

/** Files for each split; a single list is the split "train". */
export type DataFiles = string | readonly string[] | Readonly<Record<string, string | readonly string[]>>;

/**
 * Which files make up a configuration: as the dataset card lists them (`configs`), else the folder of its name, else,
 * without a name, what the names of the files say.
 *
 * @returns undefined if the set has no readable files at all (its card may still be there)
 * @throws DatasetError if there is no such configuration, naming those that there are
 * @see datasets.load.HubDatasetModuleFactory
 */
export async function filesOfConfiguration(set: FileSet, config?: string): Promise<SplitFiles | undefined> {
  const readable = set.paths.filter((path) => formatOf(path) !== undefined && !isPassedOver(path));
  if (readable.length === 0) return undefined;
  const listed = await configurationsOfCard(set);
  if (listed.size > 0) {
    const name = config ?? defaultName(set, listed);
    const files = listed.get(name);
    if (files === undefined) throw noConfiguration(set, name, [...listed.keys()]);
    return expand(set, files.dataFiles, readable);
  }
  if (config === undefined || config === "default") return sameFormat(splitsByName(readable));
  const inFolder = readable.filter((path) => path.startsWith(`${config}/`));
  if (inFolder.length === 0) throw noConfiguration(set, config, foldersOf(readable));
  // The folder's own name is no hint: a configuration may be called "test".
  const splits = splitsByName(inFolder.map((path) => path.slice(config.length + 1)));
  return sameFormat(mapFiles(splits, (path) => `${config}/${path}`));
}

/** Which files of a set are meant by `dataFiles`; patterns find those that are read, or whatever is wanted. @throws DatasetError if there is none for a pattern */
export function expand(
  set: FileSet,
  dataFiles: DataFiles,
  paths: readonly string[] = set.paths,
  isWanted: (path: string) => boolean = (path) => formatOf(path) !== undefined,
): SplitFiles {
  const splits =
    typeof dataFiles === "string" || Array.isArray(dataFiles)
      ? { train: dataFiles as string | readonly string[] }
      : (dataFiles as Readonly<Record<string, string | readonly string[]>>);
  const found = Object.entries(splits).map(([split, patterns]): [string, string[]] => {
    const files = (typeof patterns === "string" ? [patterns] : patterns).flatMap((pattern) => {
      const wanted = pattern.replace(/^\.\//, "");
      // A name may hold what would be a pattern elsewhere: `?` in an address.
      if (set.paths.includes(wanted)) return [wanted];
      const matches = isGlob(wanted) ? globToRegExp(wanted) : undefined;
      const matching = paths.filter((path) => matches?.test(path) && isWanted(path));
      if (matching.length > 0) return matching.sort();
      throw new DatasetError(
        `${set.name} has no file ${JSON.stringify(pattern)} (split "${split}"). Files: ${some(set.paths)}.`,
      );
    });
    return [split, [...new Set(files)]];
  });
  return inUsualOrder(Object.fromEntries(found));
}

interface Configuration {
  dataFiles: Record<string, string[]>;
  isDefault: boolean;
}

async function configurationsOfCard(set: FileSet): Promise<Map<string, Configuration>> {
  const configurations = new Map<string, Configuration>();
  if (!set.paths.includes("README.md")) return configurations;
  const card = readFrontMatter(await readFile(await set.fetch("README.md"), "utf8"));
  for (const entry of asList(card?.configs)) {
    if (typeof entry !== "object" || Array.isArray(entry)) continue;
    const folder = typeof entry.data_dir === "string" && entry.data_dir !== "" ? `${entry.data_dir}/` : "";
    const dataFiles = splitsOfCard(entry.data_files, folder) ?? byName(set, folder);
    const name = typeof entry.config_name === "string" ? entry.config_name : "default";
    configurations.set(name, { dataFiles, isDefault: entry.default === "true" });
  }
  return configurations;
}

/** A configuration of which the card says no more than the folder. */
function byName(set: FileSet, folder: string): Record<string, string[]> {
  const inside = set.paths.filter(
    (path) => path.startsWith(folder) && formatOf(path) !== undefined && !isPassedOver(path),
  );
  return mapFiles(splitsByName(inside.map((path) => path.slice(folder.length))), (path) => folder + path);
}

/** `data_files` of a card: a pattern, several, or a list of `{ split, path }`. */
function splitsOfCard(value: YamlValue | undefined, folder: string): Record<string, string[]> | undefined {
  const entries = asList(value);
  if (entries.length === 0) return undefined;
  const splits: Record<string, string[]> = {};
  for (const entry of entries) {
    const named =
      typeof entry === "object" && !Array.isArray(entry) ? entry : { split: "train", path: entry };
    const split = typeof named.split === "string" ? named.split : "train";
    const patterns = asList(named.path).filter((path) => typeof path === "string");
    (splits[split] ??= []).push(...patterns.map((path) => folder + path));
  }
  return splits;
}

const asList = (value: YamlValue | undefined): YamlValue[] =>
  value === undefined || value === "" ? [] : Array.isArray(value) ? value : [value];

function defaultName(set: FileSet, listed: ReadonlyMap<string, Configuration>): string {
  const named = [...listed].find(([, { isDefault }]) => isDefault)?.[0];
  if (named !== undefined) return named;
  if (listed.has("default")) return "default";
  if (listed.size === 1) return [...listed.keys()][0]!;
  const names = [...listed.keys()];
  throw new DatasetError(
    `${set.name} has several configurations: ${pythonList(names)}. Say which, as in loadDataset(…, "${names[0]}").`,
  );
}

function noConfiguration(set: FileSet, name: string, names: readonly string[]): DatasetError {
  const known = names.length > 0 ? `Configurations: ${pythonList(names)}` : "It has none; leave the name out";
  return new DatasetError(`${set.name} has no configuration "${name}". ${known}.`);
}

/** The files of the format that most of them have: a dataset is not read from two at once. */
function sameFormat(splits: SplitFiles): SplitFiles {
  const counts = new Map<string | undefined, number>();
  for (const file of Object.values(splits).flat()) {
    counts.set(formatOf(file), (counts.get(formatOf(file)) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [];
  const kept = Object.entries(splits).map(([split, files]): [string, string[]] => [
    split,
    files.filter((file) => formatOf(file) === most),
  ]);
  return Object.fromEntries(kept.filter(([, files]) => files.length > 0));
}

const mapFiles = (splits: SplitFiles, change: (path: string) => string): SplitFiles =>
  Object.fromEntries(Object.entries(splits).map(([split, files]) => [split, files.map(change)]));

const foldersOf = (paths: readonly string[]): string[] => [
  ...new Set(paths.filter((path) => path.includes("/")).map((path) => path.slice(0, path.indexOf("/")))),
];

function some(paths: readonly string[]): string {
  const shown = pythonList(paths.slice(0, 10));
  return paths.length > 10 ? `${shown} and ${paths.length - 10} more` : shown;
}

/** The error for a set without a readable file. */
export function nothingReadable(set: FileSet): DatasetError {
  return new DatasetError(
    `${set.name} holds no data that is read here (${READABLE}). Files: ${some(set.paths)}.`,
  );
}
