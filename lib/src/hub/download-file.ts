import { rename, rm, stat } from "../platform/files";
import path from "../platform/path";
import { HubError, type HubFailure } from "../errors";
import { cacheError, RepositoryCache, sizeOf } from "./cache";
import { digestLike } from "./digest";
import { fileMetadata, type FileMetadata, isCommit } from "./file-metadata";
import { claimIncomplete, releaseIncomplete } from "./incomplete";
import { listFiles } from "./list-files";
import { withLock } from "./lock";
import { withNearNames } from "./with-near-names";
import {
  checkRepository,
  checkRepositoryPath,
  describeRepository,
  type HubRepo,
  repositoryPage,
  resolveUrl,
} from "./repository";
import { HUB_OPTIONS, type HubOptions, type HubSettings, hubSettings } from "./settings";
import { refuseUnknownOptions } from "../known-options";
import { transfer } from "./transfer";
import { warn } from "../notices";

export interface DownloadFileOptions extends HubOptions {
  repo: HubRepo;
  /** Of the file in the repository, with slashes. */
  path: string;
  /** Download it even if the cache has it. Default false. */
  forceDownload?: boolean;
}

/**
 * A file of the Hub on this machine: from the cache if it is there and the revision still has it, else downloaded.
 * Interrupted downloads go on where they stopped; size and digest are checked before the file appears in the cache.
 * If the Hub cannot be asked, what the cache has for the revision is taken, with a warning.
 *
 * @returns its path in the cache's snapshot of the commit; treat it as read-only
 * @throws HubError in a plain sentence; its `reason` says which kind it is
 * @see huggingface_hub.hf_hub_download
 * @example
 * const repo = { type: "model", name: "google-bert/bert-base-uncased" } as const;
 * const path = await downloadFile({ repo, path: "config.json" }); // in the cache
 */
export async function downloadFile(options: DownloadFileOptions): Promise<string> {
  refuseUnknownOptions("downloadFile", options, [...HUB_OPTIONS, "repo", "path", "forceDownload"]);
  const { repo, path: file, forceDownload = false } = options;
  const settings = hubSettings(options);
  checkRepository(repo, settings.revision);
  checkRepositoryPath(file, describeRepository(repo, settings.revision));
  const cache = new RepositoryCache(settings.cacheDir, repo);

  const cached = forceDownload ? undefined : await cache.find(await cache.commitOf(settings.revision), file);
  if (cached !== undefined && (isCommit(settings.revision) || settings.offline)) return cached;
  if (settings.offline) throw notInCache(settings, repo, file);
  let metadata: FileMetadata;
  try {
    metadata = await fileMetadata(settings, repo, file, cached === undefined ? undefined : 1);
  } catch (error) {
    if (cached !== undefined && cacheMayAnswer(error)) {
      warnOfCache(error, repo);
      return cached;
    }
    const list = async () => (await listFiles(repo, settings.revision, "", options)).map(({ path }) => path);
    throw await withNearNames(error, settings, repo, { name: file, list });
  }
  return obtain(settings, cache, repo, file, metadata, forceDownload);
}

/** @internal The file in the cache, downloaded if it is not there or has another size than it should have. */
export async function obtain(
  settings: HubSettings,
  cache: RepositoryCache,
  repo: HubRepo,
  file: string,
  metadata: FileMetadata,
  force = false,
): Promise<string> {
  const { commit, etag, size } = metadata;
  const isWhole = async (at: string) => {
    const there = force ? undefined : await sizeOf(at);
    return there !== undefined && (size === undefined || there === size);
  };
  const pointer = cache.pointer(commit, file);
  await cache.writeReference(settings.revision, commit);
  if (await isWhole(pointer)) return pointer;
  try {
    await cache.prepare();
    const blob = cache.blob(etag);
    await once(blob, () =>
      withLock(cache.lock(etag), async () => {
        if (!(await isWhole(blob))) await downloadBlob(settings, repo, file, metadata, blob);
      }),
    );
    return await cache.point(commit, file, etag);
  } catch (error) {
    throw cacheError(error, settings.cacheDir);
  }
}

async function downloadBlob(
  settings: HubSettings,
  repo: HubRepo,
  file: string,
  { commit, etag, size }: FileMetadata,
  blob: string,
): Promise<void> {
  const subject = `${file} of ${describeRepository(repo, settings.revision)}`;
  for (let attempt = 1; ; attempt++) {
    const incomplete = await claimIncomplete(blob);
    try {
      await transfer(settings, {
        url: resolveUrl(settings.endpoint, repo, commit, file),
        file: incomplete,
        size,
        label: path.posix.basename(file),
        subject,
        page: repositoryPage(settings.endpoint, repo),
      });
      const found = await digestLike(etag, incomplete, (await stat(incomplete)).size);
      if (found === undefined || found === etag) return await rename(incomplete, blob);
      await rm(incomplete, { force: true });
      // What an earlier download had left may have been the cause; from the start, it is not.
      if (attempt === 1) continue;
      throw new HubError(
        `${subject}: what arrived is not the file: its digest is ${found}, the Hub says ${etag}. It was downloaded twice ` +
          "and thrown away. A proxy or mirror changes it, or the Hub's copy is damaged.",
        "damaged",
      );
    } catch (error) {
      await releaseIncomplete(incomplete, blob);
      throw error;
    }
  }
}

const running = new Map<string, Promise<void>>();

/** Lets callers within this process who want the same blob wait for one download. */
async function once(blob: string, work: () => Promise<void>): Promise<void> {
  const begun = running.get(blob) ?? work().finally(() => running.delete(blob));
  running.set(blob, begun);
  await begun;
}

const CACHE_MAY_ANSWER: readonly HubFailure[] = [
  "network",
  "server",
  "rate-limited",
  "unauthorized",
  "repository-not-found",
];

/** @internal Whether what the cache has is better than this error, as Python sees it. */
export function cacheMayAnswer(error: unknown): error is HubError {
  return error instanceof HubError && CACHE_MAY_ANSWER.includes(error.reason);
}

const warnedAbout = new Set<string>();

/** @internal Says once for each repository that the Hub was not asked. */
export function warnOfCache(error: HubError, repo: HubRepo): void {
  const name = describeRepository(repo);
  if (warnedAbout.has(name)) return;
  warnedAbout.add(name);
  warn(`${error.message} What was downloaded of ${name} before is used.`);
}

/** @internal */
export function notInCache(
  settings: HubSettings,
  repo: HubRepo,
  file?: string,
  because?: HubError,
): HubError {
  const what = describeRepository(repo, settings.revision);
  const missing = `${file === undefined ? what : `${file} of ${what}`} is not in the cache (${settings.cacheDir})`;
  if (because) {
    return new HubError(`${missing}, and the Hub cannot be asked. ${because.message}`, because.reason, {
      cause: because,
    });
  }
  return new HubError(
    `${missing}, and the Hub is not asked because HF_HUB_OFFLINE is set (or localFilesOnly). Unset it to download.`,
    "offline",
  );
}
