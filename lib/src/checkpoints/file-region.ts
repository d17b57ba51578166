import { type FileHandle, open, stat } from "node:fs/promises";
import { CheckpointError } from "../errors";

/** One read call moves at most this many bytes; Linux itself stops at 2 GiB. */
const READ_BYTES = 2 ** 30;

/**
 * Opens a file for reading.
 *
 * @throws CheckpointError if it does not exist, may not be read, or is a folder, a pipe or a device
 */
export async function openRegularFile(file: string): Promise<FileHandle> {
  try {
    // Asked before opening: to open a pipe that nobody writes to would wait for ever.
    if ((await stat(file)).isFile()) return await open(file, "r");
  } catch (error) {
    throw new CheckpointError(`${file}: cannot be opened: ${(error as Error).message}`, { cause: error });
  }
  throw new CheckpointError(`${file}: is not a regular file; give the path of a weight file.`);
}

/**
 * Reads bytes of a file into a new buffer, copying nothing twice.
 *
 * @param position  offset in the file
 * @param bytes     how many; the file must have them
 */
export async function readRegion(
  handle: FileHandle,
  position: number,
  bytes: number,
  file: string,
): Promise<ArrayBuffer> {
  let buffer: ArrayBuffer;
  try {
    buffer = new ArrayBuffer(bytes);
  } catch (error) {
    throw new CheckpointError(`${file}: ${bytes} bytes do not fit into memory.`, { cause: error });
  }
  for (let done = 0; done < bytes;) {
    const chunk = new Uint8Array(buffer, done, Math.min(READ_BYTES, bytes - done));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position + done);
    if (bytesRead === 0) {
      throw new CheckpointError(
        `${file}: ends after ${position + done} bytes, in the middle of what was read.`,
      );
    }
    done += bytesRead;
  }
  return buffer;
}
