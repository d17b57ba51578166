import { type FileHandle, mkdir, open, rename, rm } from "../platform/files";
import path from "../platform/path";
import { CheckpointError } from "../errors";
import { recoverInterruptedWrites, syncFolder, temporaryPath } from "./temporaries";

/** One write call moves at most this many bytes; Linux itself stops at 2 GiB. */
const WRITE_BYTES = 2 ** 30;

/**
 * Writes a file so that a kill or power cut at any moment leaves either the old content or the new, whole:
 * into a temporary file in the same folder, synced, then renamed. Makes the folder if it is missing.
 *
 * @param data  text (as UTF-8), bytes, or pieces of bytes in order, of which no joined copy is made
 * @throws CheckpointError if it cannot be written; the file is then as it was before
 */
export async function writeFileAtomic(
  file: string,
  data: string | Uint8Array | Iterable<Uint8Array>,
): Promise<void> {
  const folder = path.dirname(file);
  const temporary = temporaryPath(file, "tmp");
  try {
    await mkdir(folder, { recursive: true });
    await recoverInterruptedWrites(folder);
    const handle = await open(temporary, "wx");
    try {
      for (const piece of pieces(data)) await writeFully(handle, piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    if (error instanceof CheckpointError) throw error;
    throw new CheckpointError(`${file}: cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

function pieces(data: string | Uint8Array | Iterable<Uint8Array>): Iterable<Uint8Array> {
  if (typeof data === "string") return [Buffer.from(data, "utf8")];
  return data instanceof Uint8Array ? [data] : data;
}

async function writeFully(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const length = Math.min(WRITE_BYTES, bytes.length - done);
    done += (await handle.write(bytes, done, length)).bytesWritten;
  }
}
