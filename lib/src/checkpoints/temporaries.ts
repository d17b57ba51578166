import { randomBytes } from "../platform/crypto";
import { existsSync, open, readdir, rename, rm, stat } from "../platform/files";
import { hostname } from "../platform/machine";
import path from "../platform/path";

/**
 * Names of what a writer has under way, beside its target: `.model.safetensors.<host>.<pid>.<random>.tmp` for
 * what is not whole yet, `….old` for a folder that is being replaced. They say who writes, so that the next
 * writer can tell a killed writer's leavings from the work of a living one.
 */
const TEMPORARY = /^\.(?<target>.+)\.(?<host>[\w-]+)\.(?<pid>\d+)\.[0-9a-f]{12}\.(?<kind>tmp|old)$/;
const HOST =
  hostname()
    .replace(/[^\w-]/g, "-")
    .slice(0, 40) || "host";
/** What another machine has left is taken for dead after a day; its processes cannot be asked. */
const FOREIGN_AGE_MS = 24 * 3600 * 1000;

export type TemporaryKind = "tmp" | "old";

/** A fresh hidden sibling of `target`, on the same file system so that a rename can put it in place. */
export function temporaryPath(target: string, kind: TemporaryKind): string {
  const random = randomBytes(6).toString("hex");
  const name = `.${path.basename(target)}.${HOST}.${process.pid}.${random}.${kind}`;
  return path.join(path.dirname(target), name);
}

/** Removes a folder so that a kill at any moment leaves all or nothing of it under its name. */
export async function removeDirectoryAtomic(directory: string): Promise<void> {
  const doomed = temporaryPath(directory, "tmp");
  await rename(directory, doomed);
  await rm(doomed, { recursive: true, force: true });
}

/**
 * Cleans a folder of what killed writers have left in it. A folder that was being replaced when its writer
 * died gets its name back if the new one had not taken it yet. What a living process works on is not touched.
 * Never fails: a folder that cannot be cleaned (read-only, say) stays as it is.
 *
 * @returns the paths that were removed or renamed back
 */
export async function recoverInterruptedWrites(folder: string): Promise<string[]> {
  const treated: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const parts = TEMPORARY.exec(name)?.groups;
    if (!parts) continue;
    const leaving = path.join(folder, name);
    try {
      if (!(await isAbandoned(leaving, parts.host!, Number(parts.pid)))) continue;
      const target = path.join(folder, parts.target!);
      if (parts.kind === "tmp") await rm(leaving, { recursive: true, force: true });
      else if (existsSync(target)) await removeDirectoryAtomic(leaving);
      else await rename(leaving, target);
      treated.push(leaving);
    } catch {
      continue; // somebody else was quicker, or we may not
    }
  }
  return treated;
}

async function isAbandoned(leaving: string, host: string, pid: number): Promise<boolean> {
  const { mtimeMs } = await stat(leaving);
  if (host !== HOST) return Date.now() - mtimeMs > FOREIGN_AGE_MS;
  if (pid === process.pid) {
    // Ours, or that of a process before us with the same number, as in a restarted container.
    return mtimeMs < Date.now() - process.uptime() * 1000 - 1000;
  }
  try {
    process.kill(pid, 0); // sends nothing; asks whether the process is there
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Makes new names in a folder durable. Windows has no such call, and does it by itself. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
