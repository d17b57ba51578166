import { HubError } from "../errors";
import { RepositoryCache } from "./cache";
import { cacheMayAnswer, notInCache, obtain, warnOfCache } from "./download-file";
import { isCommit } from "./file-metadata";
import { commitTree } from "./list-files";
import { nearNames } from "../near-names";
import { filesWanted, type DownloadSnapshotOptions, type SnapshotOptions } from "./wanted-files";
import { withNearNames } from "./with-near-names";
import { checkRepository, checkRepositoryPath, describeRepository, type HubRepo } from "./repository";
import { fetchRepoInfo } from "./repo-info";
import { HUB_OPTIONS, type HubSettings, hubSettings } from "./settings";
import { refuseUnknownOptions } from "../known-options";

/** One commit of a repository, of which files are downloaded as they are asked for. */
export interface Snapshot {
  readonly commit: string;
  /** Where its files are in the cache. */
  readonly folder: string;
  /** Paths of the files that there are to be had; where the Hub was not asked, of those in the cache. */
  readonly files: readonly string[];
  /** @returns the path of a file, downloaded if the cache lacks it @throws HubError */
  download(file: string): Promise<string>;
}

/**
 * Finds out which commit a revision stands for and which files it has. Asks one thing of the Hub where the revision is a
 * branch or tag, two for a new commit, nothing for a commit that the cache knows. If the Hub cannot be asked, it is the
 * commit that the cache has, with a warning.
 *
 * @throws HubError
 * @example
 * const snapshot = await openSnapshot({ repo: { type: "dataset", name: "nyu-mll/glue" }, revision: "main" });
 */
export async function openSnapshot({ repo, ...options }: SnapshotOptions): Promise<Snapshot> {
  const settings = hubSettings(options);
  checkRepository(repo, settings.revision);
  const cache = new RepositoryCache(settings.cacheDir, repo);
  const cached = await cachedSnapshot(settings, cache, repo);
  if (settings.offline) {
    if (!cached) throw notInCache(settings, repo);
    return cached;
  }
  try {
    return await hubSnapshot(settings, cache, repo, cached ? 1 : undefined);
  } catch (error) {
    if (cached && cacheMayAnswer(error)) {
      const because = error;
      warnOfCache(because, repo);
      return {
        ...cached,
        download: (file) => fromCache(settings, cache, repo, cached.commit, file, because),
      };
    }
    throw await withNearNames(error, settings, repo);
  }
}

/**
 * Downloads the files of a repository, or those that match.
 *
 * @returns the folder of the snapshot in the cache
 * @throws HubError; also if patterns are given and no file matches
 * @see huggingface_hub.snapshot_download
 * @example
 * const repo = { type: "model", name: "google-bert/bert-base-uncased" } as const;
 * const folder = await downloadSnapshot({ repo, allowPatterns: ["*.json", "vocab.txt"] });
 */
export async function downloadSnapshot(options: DownloadSnapshotOptions): Promise<string> {
  refuseUnknownOptions("downloadSnapshot", options, [
    ...HUB_OPTIONS,
    "repo",
    "allowPatterns",
    "ignorePatterns",
  ]);
  const snapshot = await openSnapshot(options);
  const wanted = filesWanted(snapshot.files, options);
  for (const file of wanted) await snapshot.download(file);
  return snapshot.folder;
}

async function hubSnapshot(
  settings: HubSettings,
  cache: RepositoryCache,
  repo: HubRepo,
  attempts: number | undefined,
): Promise<Snapshot> {
  const { revision } = settings;
  const commit = isCommit(revision) ? revision : (await fetchRepoInfo(settings, repo, attempts)).commit;
  const tree = new Map(
    (await commitTree(settings, cache, repo, commit, attempts)).map((entry) => [entry.path, entry]),
  );
  return {
    commit,
    folder: cache.snapshot(commit),
    files: [...tree.keys()],
    async download(file) {
      const entry = tree.get(file);
      if (!entry) throw noSuchFile(settings, repo, file, tree.keys());
      return obtain(settings, cache, repo, file, { commit, etag: entry.etag, size: entry.size });
    },
  };
}

async function cachedSnapshot(
  settings: HubSettings,
  cache: RepositoryCache,
  repo: HubRepo,
): Promise<Snapshot | undefined> {
  const commit = await cache.commitOf(settings.revision);
  const files = commit === undefined ? [] : await cache.filesOf(commit);
  if (commit === undefined || files.length === 0) return undefined;
  return {
    commit,
    folder: cache.snapshot(commit),
    files,
    download: (file) => fromCache(settings, cache, repo, commit, file),
  };
}

async function fromCache(
  settings: HubSettings,
  cache: RepositoryCache,
  repo: HubRepo,
  commit: string,
  file: string,
  because?: HubError,
): Promise<string> {
  checkRepositoryPath(file, describeRepository(repo, settings.revision));
  const found = await cache.find(commit, file);
  if (found === undefined) throw notInCache(settings, repo, file, because);
  return found;
}

function noSuchFile(settings: HubSettings, repo: HubRepo, file: string, there: Iterable<string>): HubError {
  const near = nearNames(file, there).map((name) => `"${name}"`);
  const hint = near.length > 0 ? ` Near names: ${near.join(", ")}.` : "";
  const where = describeRepository(repo, settings.revision);
  return new HubError(`${file} of ${where}: the repository has no such file.${hint}`, "file-not-found");
}
