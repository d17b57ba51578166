import { randomBytes } from "../platform/crypto";
import { lstat, readdir, rename, rm } from "node:fs/promises";
import path from "../platform/path";
import { HOST, isRunning } from "./lock";

/**
 * What has arrived of a download that is not whole yet lies beside the blob: `<etag>.<host>-<pid>-<random>.incomplete`
 * while a process works on it, `<etag>.resume.incomplete` when one has given up. Every process has a file of its own, so
 * none can spoil another's, whatever becomes of the locks.
 */
const OWNED = /^(\w+)-(\d+)-[0-9a-f]{8}\.incomplete$/;
const RELEASED = "resume.incomplete";
/** No download is silent for so long, so whoever had this file is gone. */
const ABANDONED_MS = 10 * 60_000;

/**
 * Takes over what an earlier download of this blob has left, the longest first; other leavings are removed.
 *
 * @returns a path for this process alone; the file need not exist
 */
export async function claimIncomplete(blob: string): Promise<string> {
  const prefix = `${path.basename(blob)}.`;
  const folder = path.dirname(blob);
  const claimed = path.join(
    folder,
    `${prefix}${HOST}-${process.pid}-${randomBytes(4).toString("hex")}.incomplete`,
  );
  const leavings: { file: string; size: number }[] = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const file = path.join(folder, name);
    const stats = await lstat(file).catch(() => undefined);
    // A link, or a second name of another file: who can write into the cache could have us write anywhere.
    if (stats && !(stats.isFile() && stats.nlink === 1)) {
      await rm(file, { force: true, recursive: true });
      continue;
    }
    if (stats && isAbandoned(name.slice(prefix.length), stats.mtimeMs))
      leavings.push({ file, size: stats.size });
  }
  leavings.sort((a, b) => b.size - a.size);
  let taken = false;
  for (const { file } of leavings) {
    if (taken) await rm(file, { force: true });
    else
      taken = await rename(file, claimed).then(
        () => true,
        () => false, // another process was quicker
      );
  }
  return claimed;
}

/** Leaves what has arrived for whoever asks for the file next. */
export async function releaseIncomplete(claimed: string, blob: string): Promise<void> {
  const isEmpty = (await lstat(claimed).catch(() => undefined))?.size === 0;
  await (isEmpty ? rm(claimed) : rename(claimed, `${blob}.${RELEASED}`)).catch(() => {});
}

function isAbandoned(suffix: string, mtimeMs: number): boolean {
  if (suffix === RELEASED) return true;
  const [, host, pid] = OWNED.exec(suffix) ?? [];
  if (host === undefined) return false; // Python's, which looks after its own
  if (Date.now() - mtimeMs > ABANDONED_MS) return true;
  return host === HOST && !isRunning(Number(pid));
}
