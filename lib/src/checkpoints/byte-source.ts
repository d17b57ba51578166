import { open, stat } from "../platform/files";
import { CheckpointError } from "../errors";

/** One read call moves at most this many bytes; Linux itself stops at 2 GiB. */
const READ_BYTES = 2 ** 30;

/** Bytes that are read region by region: a file, or memory in its place. */
export interface ByteSource {
  /** What messages call it: the path. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** A region in a buffer of its own, which begins at an address that suits every element type. */
  read(position: number, bytes: number): Promise<ArrayBuffer>;
  close(): Promise<void>;
}

/**
 * Opens a file for reading.
 *
 * @throws CheckpointError if it does not exist, may not be read, or is a folder, a pipe or a device
 */
export async function openFileSource(file: string): Promise<ByteSource> {
  try {
    // Asked before opening: to open a pipe that nobody writes to would wait for ever.
    if ((await stat(file)).isFile()) {
      const handle = await open(file, "r");
      const { size } = await handle.stat();
      return {
        name: file,
        size,
        read: (position, bytes) =>
          readFully(
            file,
            size,
            position,
            bytes,
            async (chunk, at) => (await handle.read(chunk, 0, chunk.length, at)).bytesRead,
          ),
        close: () => handle.close(),
      };
    }
  } catch (error) {
    throw new CheckpointError(`${file}: cannot be opened: ${(error as Error).message}`, { cause: error });
  }
  throw new CheckpointError(`${file}: is not a regular file; give the path of a weight file.`);
}

/** Reads from memory what would be a file. */
export function memorySource(content: Uint8Array, name: string): ByteSource {
  return {
    name,
    size: content.length,
    read: (position, bytes) =>
      readFully(name, content.length, position, bytes, (chunk, at) => {
        chunk.set(content.subarray(at, at + chunk.length));
        return Promise.resolve(chunk.length);
      }),
    close: () => Promise.resolve(),
  };
}

async function readFully(
  name: string,
  size: number,
  position: number,
  bytes: number,
  fill: (chunk: Uint8Array, position: number) => Promise<number>,
): Promise<ArrayBuffer> {
  if (!(position >= 0 && bytes >= 0 && position + bytes <= size)) {
    throw new CheckpointError(`${name}: has ${size} bytes; ${bytes} at ${position} are not among them.`);
  }
  let buffer: ArrayBuffer;
  try {
    buffer = new ArrayBuffer(bytes);
  } catch (error) {
    throw new CheckpointError(`${name}: ${bytes} bytes do not fit into memory.`, { cause: error });
  }
  for (let done = 0; done < bytes;) {
    const chunk = new Uint8Array(buffer, done, Math.min(READ_BYTES, bytes - done));
    const count = await fill(chunk, position + done);
    if (count === 0) throw new CheckpointError(`${name}: became shorter while it was read; read it again.`);
    done += count;
  }
  return buffer;
}
