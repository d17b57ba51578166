import { DatasetError } from "../../errors";
import type { Features } from "../features";
import { formatOf, READABLE, type ReadOptions } from "../formats/read-file";
import { globMatcher, isGlob } from "../glob";
import { pythonList } from "../python-repr";
import { inUsualOrder, isPassedOver, splitsByName } from "../split-patterns";
import { type CardConfiguration, readDatasetCard } from "./dataset-card";
import type { FileSet } from "./file-set";
import { withoutCredentials } from "../../hub/credentials";

/** The files of each split, relative to their set, in order. */
export type SplitFiles = ReadonlyMap<string, readonly string[]>;

/** Files for each split; a single list is the split "train". */
export type DataFiles = string | readonly string[] | Readonly<Record<string, string | readonly string[]>>;

/** Files of a configuration, and how they are read. */
export interface ConfigurationFiles {
  files: SplitFiles;
  /** As the card says. */
  options?: ReadOptions;
  features?: Features;
}

/**
 * Which files make up a configuration: as the dataset card lists them (`configs`), else the folder of its name, else,
 * without a name, what the names of the files say.
 *
 * @returns undefined if the set has no readable files at all (its card may still be there)
 * @throws DatasetError if there is no such configuration, naming those that there are; if the card is no YAML
 * @see datasets.load.HubDatasetModuleFactory
 */
export async function filesOfConfiguration(
  set: FileSet,
  config?: string,
): Promise<ConfigurationFiles | undefined> {
  const readable = set.paths.filter((path) => formatOf(path) !== undefined && !isPassedOver(path));
  const card = await readDatasetCard(set);
  if (card.configurations.length > 0) {
    const configuration = choose(set, card.configurations, config);
    const { name, folder, dataFiles, options } = configuration;
    const inFolder = new Map(
      Array.from(dataFiles ?? [], ([split, patterns]) => [split, patterns.map((path) => folder + path)]),
    );
    if (!dataFiles && readable.length === 0) return undefined;
    const files = dataFiles ? expand(set, inFolder) : byName(set, readable, folder);
    return { files, options, features: card.featuresOf(name) };
  }
  if (readable.length === 0) return undefined;
  const features = card.featuresOf(config);
  if (config === undefined || config === "default") return { files: byName(set, readable, ""), features };
  if (!readable.some((path) => path.startsWith(`${config}/`))) {
    throw noConfiguration(set, config, foldersOf(readable));
  }
  // The folder's own name is no hint: a configuration may be called "test".
  return { files: byName(set, readable, `${config}/`), features };
}

/** Splits given by a caller. */
export function splitsOfDataFiles(dataFiles: DataFiles): Map<string, readonly string[]> {
  const list = (patterns: string | readonly string[]) =>
    typeof patterns === "string" ? [patterns] : patterns;
  return typeof dataFiles === "string" || Array.isArray(dataFiles)
    ? new Map([["train", list(dataFiles as string | readonly string[])]])
    : new Map(
        Object.entries(dataFiles).map(([split, patterns]) => [split, list(patterns as string | string[])]),
      );
}

/**
 * Which files of a set are meant by patterns; they find those that are read, or whatever is wanted.
 *
 * @throws DatasetError if there is none for a pattern
 */
export function expand(
  set: FileSet,
  splits: ReadonlyMap<string, readonly string[]>,
  isWanted: (path: string) => boolean = (path) => formatOf(path) !== undefined && !isPassedOver(path),
): SplitFiles {
  const known = new Set(set.paths);
  const found = Array.from(splits, ([split, patterns]): [string, string[]] => {
    const files = patterns.flatMap((pattern) => {
      const wanted = pattern.replace(/^\.\//, "");
      // A name may hold what would be a pattern elsewhere: `?` in an address.
      if (known.has(wanted)) return [wanted];
      const matches = isGlob(wanted) ? globMatcher(wanted) : undefined;
      const matching = set.paths.filter((path) => matches?.(path) && isWanted(path));
      if (matching.length > 0) return matching.sort();
      throw new DatasetError(
        `${set.name} has no file ${JSON.stringify(pattern)} (split "${split}"). Files: ${some(set.paths)}.`,
      );
    });
    return [split, [...new Set(files)]];
  });
  return inUsualOrder(new Map(found));
}

function choose(
  set: FileSet,
  configurations: readonly CardConfiguration[],
  wanted: string | undefined,
): CardConfiguration {
  const names = configurations.map(({ name }) => name);
  if (wanted === undefined) {
    const byDefault =
      configurations.find(({ isDefault }) => isDefault) ??
      configurations.find(({ name }) => name === "default");
    if (byDefault) return byDefault;
    if (configurations.length === 1) return configurations[0]!;
    throw new DatasetError(
      `${set.name} has several configurations: ${pythonList(names)}. Say which, as in loadDataset(…, "${names[0]}").`,
    );
  }
  const found = configurations.find(({ name }) => name === wanted);
  if (found) return found;
  throw noConfiguration(set, wanted, names);
}

/** The files in a folder, by what their names say of splits. */
function byName(set: FileSet, readable: readonly string[], folder: string): SplitFiles {
  const inside = readable.filter((path) => path.startsWith(folder)).map((path) => path.slice(folder.length));
  const splits = Array.from(splitsByName(inside), ([split, files]): [string, string[]] => {
    return [split, files.map((path) => folder + path)];
  });
  return sameFormat(set, new Map(splits));
}

function noConfiguration(set: FileSet, name: string, names: readonly string[]): DatasetError {
  const known = names.length > 0 ? `Configurations: ${pythonList(names)}` : "It has none; leave the name out";
  return new DatasetError(`${set.name} has no configuration "${name}". ${known}.`);
}

/**
 * A dataset is not read from files of two formats at once. On the Hub, where descriptions lie beside the data, it is that of
 * most files, as in Python; who has a folder of both is asked.
 */
function sameFormat(set: FileSet, splits: SplitFiles): SplitFiles {
  const byFormat = new Map<string, string[]>();
  for (const file of [...splits.values()].flat()) {
    const format = formatOf(file)!;
    byFormat.set(format, [...(byFormat.get(format) ?? []), file]);
  }
  if (byFormat.size < 2) return splits;
  const [[format, files] = [], [other, others] = []] = [...byFormat].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  if (set.isLocal) {
    throw new DatasetError(
      `${set.name} has files of two formats: ${format} (${some(files!)}) and ${other} (${some(others!)}). ` +
        "Say which are meant by `dataFiles`.",
    );
  }
  const kept = Array.from(splits, ([split, all]): [string, string[]] => [
    split,
    all.filter((file) => formatOf(file) === format),
  ]);
  return new Map(kept.filter(([, all]) => all.length > 0));
}

const foldersOf = (paths: readonly string[]): string[] => [
  ...new Set(paths.filter((path) => path.includes("/")).map((path) => path.slice(0, path.indexOf("/")))),
];

function some(paths: readonly string[]): string {
  const shown = pythonList(paths.slice(0, 10).map(withoutCredentials));
  return paths.length > 10 ? `${shown} and ${paths.length - 10} more` : shown;
}

/** The error for a set without a readable file. */
export function nothingReadable(set: FileSet): DatasetError {
  return new DatasetError(
    `${set.name} holds no data that is read here (${READABLE}). Files: ${some(set.paths)}.` +
      (set.paths.some((path) => /\.txt(\.gz)?$/i.test(path))
        ? ' Texts are read when they are asked for, a line a row: loadDataset("text", { dataFiles }).'
        : ""),
  );
}
