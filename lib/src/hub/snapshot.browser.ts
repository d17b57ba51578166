import { HubError } from "../errors";
import { writeStream } from "../platform/browser-files/write-stream";
import { existsSync, mkdir, rename } from "../platform/files.browser";
import path from "../platform/path.browser";
import { startProgress } from "../progress";
import {
  checkRepository,
  checkRepositoryPath,
  describeRepository,
  encodePath,
  repositoryPage,
} from "./repository";
import { hubSettings } from "./settings";
import type { Snapshot } from "./snapshot";
import { filesWanted, type DownloadSnapshotOptions, type SnapshotOptions } from "./wanted-files";

export type { Snapshot } from "./snapshot";

/**
 * The files of a public repository, each fetched when it is asked for into the page's memory. A browser follows redirects by itself,
 * and a page is no place for a token: none is sent.
 *
 * @throws HubError
 */
export async function openSnapshot({ repo, ...options }: SnapshotOptions): Promise<Snapshot> {
  const settings = hubSettings(options);
  checkRepository(repo, settings.revision);
  if (settings.token !== undefined) {
    throw new HubError(
      "A page sends no token. Make the repository public, or bring its files with addFiles.",
      "forbidden",
    );
  }
  const subject = describeRepository(repo, settings.revision);
  const kind = `${repo.type}s`;
  const revision = encodeURIComponent(settings.revision);
  const about = await ask(
    `${settings.endpoint}/api/${kind}/${encodePath(repo.name)}/revision/${revision}`,
    subject,
  );
  const { sha, siblings } = (await about.json()) as { sha: string; siblings: { rfilename: string }[] };
  const folder = path.join(settings.cacheDir, `${kind}--${repo.name.replaceAll("/", "--")}`, sha);
  return {
    commit: sha,
    folder,
    files: siblings.map(({ rfilename }) => rfilename),
    async download(file) {
      checkRepositoryPath(file, subject);
      const target = path.join(folder, file);
      if (existsSync(target)) return target;
      const url = `${repositoryPage(settings.endpoint, repo)}/resolve/${sha}/${encodePath(file)}`;
      await write(await ask(url, `${file} of ${subject}`), target);
      return target;
    },
  };
}

/** All files, or those that are wanted. @returns their folder @throws HubError */
export async function downloadSnapshot(options: DownloadSnapshotOptions): Promise<string> {
  const snapshot = await openSnapshot(options);
  for (const file of filesWanted(snapshot.files, options)) await snapshot.download(file);
  return snapshot.folder;
}

async function ask(url: string, subject: string): Promise<Response> {
  const response = await fetch(url, { credentials: "omit", referrerPolicy: "no-referrer" }).catch(
    (cause: Error) => {
      const message = `${subject}: ${new URL(url).host} cannot be reached (${cause.message}). Is the page allowed to ask it?`;
      throw new HubError(message, "network", { cause });
    },
  );
  if (response.ok) return response;
  const reasons = {
    401: "repository-not-found",
    403: "gated",
    404: "file-not-found",
    429: "rate-limited",
  } as const;
  const reason = reasons[response.status as keyof typeof reasons] ?? "server";
  throw new HubError(
    `${subject}: ${new URL(url).host} answers ${response.status}. Is the name right, and is it public?`,
    reason,
  );
}

/** Under another name until it is whole. */
async function write(response: Response, file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const incomplete = `${file}.incomplete`;
  const total = Number(response.headers.get("content-length"));
  const bar = startProgress({ label: path.basename(file), total, unit: "bytes" });
  try {
    await writeStream(response.body!, incomplete, (bytes) => bar.update(bytes));
  } finally {
    bar.finish();
  }
  await rename(incomplete, file);
}
