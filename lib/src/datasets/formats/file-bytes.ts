import { isUtf8 } from "../../platform/utf8";
import { readFile } from "../../platform/files";
import { gunzip } from "../../platform/compression";
import { DatasetError } from "../../errors";
import { unpackedLimit } from "./memory-budget";

const LF = 0x0a;

/** Offsets in columns are int32. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * The content of a data file; of one whose name ends in `.gz`, unpacked.
 *
 * @param name what messages call it
 * @throws DatasetError if it cannot be read, is no gzip where it should be, or holds more than 2 GiB or than its size allows
 */
export async function readDataFile(file: string, name: string = file): Promise<Buffer> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new DatasetError(`${name} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  if (!name.toLowerCase().endsWith(".gz")) return bytes;
  const limit = Math.min(MAX_BYTES, unpackedLimit(bytes.length));
  try {
    return await gunzip(bytes, { maxOutputLength: limit });
  } catch (error) {
    const remedy =
      limit === MAX_BYTES
        ? "more than a table can hold. Split it into smaller files."
        : `much for ${bytes.length} bytes. If you trust it, unpack it (gunzip) and load what comes out.`;
    const isTooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw new DatasetError(
      isTooLarge
        ? `${name} unpacks to more than ${Math.round(limit / 2 ** 20)} MB, ${remedy}`
        : `${name} is no whole gzip file (${(error as Error).message}). Download or compress it again.`,
      { cause: error },
    );
  }
}

/** @throws DatasetError naming the first line that is not UTF-8 */
export function checkUtf8(name: string, bytes: Buffer): void {
  if (isUtf8(bytes)) return;
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const feed = bytes.indexOf(LF, start);
    const end = feed < 0 ? bytes.length : feed;
    if (!isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
  }
  throw new DatasetError(
    `${name}, line ${line}: the file is ${utf16 ? "UTF-16" : "not UTF-8"}. Save it as UTF-8 and load it again.`,
  );
}

/** Where the content starts: behind a byte order mark, if there is one. */
export function contentStart(bytes: Buffer): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}
