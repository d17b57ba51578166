import { open } from "../files.browser";

/**
 * Writes what comes into a file, piece by piece as it comes.
 *
 * @param tell  hears how many bytes there are so far
 */
export async function writeStream(
  stream: ReadableStream<Uint8Array>,
  file: string,
  tell: (bytes: number) => void = () => undefined,
): Promise<void> {
  const handle = await open(file, "w");
  const reader = stream.getReader();
  try {
    let done = 0;
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      await handle.write(piece.value);
      tell((done += piece.value.length));
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}
