import { mkdir, open, readdir, rename, rm } from "../platform/files";
import path from "../platform/path";
import { CheckpointError } from "../errors";
import { recoverInterruptedWrites, removeDirectoryAtomic, syncFolder, temporaryPath } from "./temporaries";

/**
 * Writes a folder so that a kill or power cut at any moment leaves the old one or the new one, never half of
 * one: `fill` writes into a hidden sibling, which is synced and renamed into place. In the instant between
 * moving an older folder aside and that rename there is none; `recoverInterruptedWrites` (called by the next
 * write, and by `listCheckpoints`) then gives the older one its name back.
 *
 * @param directory  e.g. `out/checkpoint-500`; a folder of this name is replaced as a whole
 * @param fill       writes the content into the folder that it is given
 * @throws CheckpointError if it cannot be written, or what `fill` throws; `directory` is then as it was before
 */
export async function writeDirectoryAtomic(
  directory: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const target = path.resolve(directory);
  const parent = path.dirname(target);
  const temporary = temporaryPath(target, "tmp");
  try {
    await attempt(directory, async () => {
      await mkdir(parent, { recursive: true });
      await recoverInterruptedWrites(parent);
      await mkdir(temporary);
    });
    await fill(temporary);
    await attempt(directory, async () => {
      await syncTree(temporary);
      await putInPlace(temporary, target);
      await syncFolder(parent);
    });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
}

/** File systems replace a file by rename, but not a folder with something in it: that one steps aside first. */
async function putInPlace(temporary: string, target: string): Promise<void> {
  const aside = temporaryPath(target, "old");
  let isReplacing = true;
  try {
    await rename(target, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    isReplacing = false;
  }
  try {
    await rename(temporary, target);
  } catch (error) {
    if (isReplacing) await rename(aside, target);
    throw error;
  }
  if (isReplacing) await removeDirectoryAtomic(aside);
}

/** Makes the content of all files and folders below durable, before the rename makes it visible. */
async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const child = path.join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(child);
    else if (entry.isFile()) await syncFile(child);
  }
  await syncFolder(folder);
}

async function syncFile(file: string): Promise<void> {
  // Opened for writing because Windows flushes through no other handle.
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function attempt(directory: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const reason = (error as Error).message;
    throw new CheckpointError(`${directory}: cannot be written: ${reason}`, { cause: error });
  }
}
