import { readFile } from "../platform/files";
import { HubError } from "../errors";
import { apiFetch, callApi } from "./api";
import { RepositoryCache } from "./cache";
import { isCommit, isEtag } from "./file-metadata";
import { withNearNames } from "./with-near-names";
import {
  checkRepository,
  checkRepositoryPath,
  describeRepository,
  encodePath,
  type HubRepo,
} from "./repository";
import { type HubOptions, type HubSettings, hubSettings } from "./settings";

/** A file of a repository. */
export interface HubFile {
  path: string;
  /** In bytes. */
  size: number;
  /** Name of its content: sha256, or git's blob hash. */
  etag: string;
}

/**
 * Lists the files of a repository, those in folders too.
 *
 * @param revision  branch, tag or commit. Default "main"
 * @param prefix    only what is in this folder
 * @throws HubError; also for a listing with a path that leads out of the repository
 * @example
 * const files = await listFiles({ type: "model", name: "google-bert/bert-base-uncased" });
 * for (const { path, size } of files) console.log(path, size);
 */
export async function listFiles(
  repo: HubRepo,
  revision = "main",
  prefix = "",
  options: Omit<HubOptions, "revision"> = {},
): Promise<HubFile[]> {
  const settings = hubSettings({ ...options, revision });
  checkRepository(repo, revision);
  if (prefix !== "") checkRepositoryPath(prefix, describeRepository(repo, revision));
  const cache = new RepositoryCache(settings.cacheDir, repo);
  const known = isCommit(revision) || settings.offline ? await cachedTree(cache, revision) : undefined;
  if (known) return known.filter(({ path }) => prefix === "" || path.startsWith(`${prefix}/`));
  if (settings.offline) {
    throw new HubError(
      `${describeRepository(repo, revision)}: its list of files is not in the cache (${settings.cacheDir}), and the Hub ` +
        "is not asked because HF_HUB_OFFLINE is set.",
      "offline",
    );
  }
  try {
    return await fetchTree(settings, repo, prefix);
  } catch (error) {
    throw await withNearNames(error, settings, repo);
  }
}

/** The list of files that the cache has for a revision, if any. */
async function cachedTree(cache: RepositoryCache, revision: string): Promise<HubFile[] | undefined> {
  const commit = await cache.commitOf(revision);
  return commit === undefined ? undefined : readTree(cache, commit);
}

/** @internal The files of a commit, which never change: asked for once, then from the cache. */
export async function commitTree(
  settings: HubSettings,
  cache: RepositoryCache,
  repo: HubRepo,
  commit: string,
  attempts?: number,
): Promise<HubFile[]> {
  const known = await readTree(cache, commit);
  if (known) return known;
  return fetchTree({ ...settings, revision: commit }, repo, "", attempts, (entries) =>
    // Not being able to keep it is no reason to fail.
    cache.writeWhole(cache.tree(commit), entries).catch(() => {}),
  );
}

/** One file in `trees/<commit>.json`. @see huggingface_hub._tree_cache.TreeCacheEntry */
interface TreeEntry {
  size: number;
  blob_id: string;
  lfs_sha256?: string;
  lfs_size?: number;
  xet_hash?: string;
}

const TREE_FORMAT = 1;

async function readTree(cache: RepositoryCache, commit: string): Promise<HubFile[] | undefined> {
  try {
    const text = await readFile(cache.tree(commit), "utf8");
    const { format_version, files } = JSON.parse(text) as {
      format_version: unknown;
      files: Record<string, TreeEntry>;
    };
    if (format_version !== TREE_FORMAT) return undefined;
    return Object.entries(files).map(([path, entry]) => hubFile(path, entry, cache.tree(commit)));
  } catch (error) {
    if (error instanceof HubError) throw error;
    return undefined; // none, or not one that we understand
  }
}

function hubFile(path: string, { size, blob_id, lfs_sha256, lfs_size }: TreeEntry, where: string): HubFile {
  checkRepositoryPath(path, where);
  const etag = lfs_sha256 ?? blob_id;
  if (typeof etag !== "string" || !isEtag(etag) || !(size >= 0)) {
    throw new HubError(
      `${where}: the entry of ${path} in the list of files has an unusable digest or size.`,
      "unsafe-path",
    );
  }
  return { path, size: lfs_size ?? size, etag };
}

async function fetchTree(
  settings: HubSettings,
  repo: HubRepo,
  prefix: string,
  attempts?: number,
  keep?: (text: string) => Promise<void>,
): Promise<HubFile[]> {
  const hub = await import("@huggingface/hub");
  const where = describeRepository(repo, settings.revision);
  const entries = new Map<string, TreeEntry>();
  await callApi(settings, repo, async () => {
    const listing = hub.listFiles({
      repo,
      revision: encodeURIComponent(settings.revision),
      path: prefix === "" ? undefined : encodePath(prefix),
      recursive: true,
      hubUrl: settings.endpoint,
      fetch: apiFetch(settings, repo, attempts),
    });
    for await (const { type, path, size, oid, lfs, xetHash } of listing) {
      if (type !== "file") continue;
      if (typeof path !== "string" || typeof size !== "number" || typeof oid !== "string") {
        throw new Error("an entry of the listing lacks its path, size or oid");
      }
      if (entries.has(path)) throw new Error(`the listing has ${path} twice`); // or never ends
      const entry: TreeEntry = {
        size,
        blob_id: oid,
        ...(lfs && { lfs_sha256: lfs.oid, lfs_size: lfs.size }),
        ...(xetHash !== undefined && { xet_hash: xetHash }),
      };
      hubFile(path, entry, where); // throws before anything is kept
      entries.set(path, entry);
    }
  });
  const sorted = Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
  await keep?.(JSON.stringify({ format_version: TREE_FORMAT, files: sorted }, null, 1));
  return Object.entries(sorted).map(([path, entry]) => hubFile(path, entry, where));
}
