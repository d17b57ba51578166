import { DatasetError, HubError } from "../../errors";
import { checkRepositoryPath } from "../../hub/repository";
import type { HubOptions } from "../../hub/settings";
import { openSnapshot } from "../../hub/snapshot";
import { type ConfigurationFiles, filesOfConfiguration, nothingReadable } from "./configurations";
import type { FileSet } from "./file-set";

/** Datasets that were on the Hub before repositories had owners. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  ag_news: "fancyzhx/ag_news",
  glue: "nyu-mll/glue",
  imdb: "stanfordnlp/imdb",
  rotten_tomatoes: "cornell-movie-review-data/rotten_tomatoes",
  sst2: "stanfordnlp/sst2",
  super_glue: "aps/super_glue",
  yelp_polarity: "fancyzhx/yelp_polarity",
};

/** The branch on which the Hub keeps every public dataset as parquet: `<configuration>/<split>/0000.parquet`. */
const CONVERTED = "refs/convert/parquet";

/** The files of a dataset repository. @throws HubError */
export async function hubDataset(name: string, options: HubOptions): Promise<FileSet> {
  const repo = {
    type: "dataset" as const,
    name: Object.hasOwn(SHORT_NAMES, name) ? SHORT_NAMES[name]! : name,
  };
  const snapshot = await openSnapshot({ ...options, repo });
  for (const file of snapshot.files) checkRepositoryPath(file, `the listing of dataset ${repo.name}`);
  return {
    name: `The dataset ${repo.name}`,
    paths: snapshot.files,
    fetch: (file) => snapshot.download(file),
    describe: (file) => `${repo.name}/${file}`,
  };
}

/** Files of a configuration, and the set that has them. */
export interface FoundFiles extends ConfigurationFiles {
  set: FileSet;
}

/**
 * The files of a configuration of a dataset on the Hub; where the repository itself has none that are read here (it is a
 * script, or of another format), those of its parquet branch.
 *
 * @throws HubError, DatasetError if there is no such dataset or configuration
 */
export async function hubConfiguration(
  name: string,
  config: string | undefined,
  options: HubOptions,
): Promise<FoundFiles> {
  const set = await hubDataset(name, options);
  const found = await attempt(() => filesOfConfiguration(set, config));
  if (!(found instanceof Error) && found !== undefined) return { set, ...found };
  // A revision that was asked for is not the one that the branch was made of.
  const converted = options.revision === undefined ? await convertedFiles(name, config, options) : undefined;
  if (converted !== undefined) return converted;
  throw found ?? nothingReadable(set);
}

async function convertedFiles(
  name: string,
  config: string | undefined,
  options: HubOptions,
): Promise<FoundFiles | undefined> {
  let set: FileSet;
  try {
    set = await hubDataset(name, { ...options, revision: CONVERTED });
  } catch (error) {
    if (
      error instanceof HubError &&
      ["revision-not-found", "repository-not-found", "offline"].includes(error.reason)
    )
      return undefined;
    throw error;
  }
  const files = new Map<string, Map<string, string[]>>();
  for (const file of [...set.paths].sort()) {
    // `partial-train` is the beginning of a split that was too large to be converted.
    const [, folder, split] = /^([^/]+)\/(?:partial-)?([^/]+)\/[^/]+\.parquet$/.exec(file) ?? [];
    if (folder === undefined || split === undefined) continue;
    const splits = files.get(folder) ?? new Map<string, string[]>();
    files.set(folder, splits.set(split, [...(splits.get(split) ?? []), file]));
  }
  const names = [...files.keys()];
  const wanted = config ?? (names.includes("default") || names.length !== 1 ? "default" : names[0]!);
  const found = files.get(wanted);
  return found === undefined ? undefined : { set, files: found };
}

/** The result, or the error that says why there is none. */
async function attempt<T>(work: () => Promise<T>): Promise<T | DatasetError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatasetError) return error;
    throw error;
  }
}
