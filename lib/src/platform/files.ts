import { createReadStream } from "node:fs";

/**
 * The files that the library works on: those of this machine. In a browser `files.browser.ts` stands in its place, with the same
 * functions on files in memory and in the origin's private storage.
 */
export {
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
} from "node:fs";
export {
  copyFile,
  link,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
export type { FileHandle } from "node:fs/promises";

/** A file from its beginning to its end, a megabyte at a time. */
export const readPieces = (file: string): AsyncIterable<Uint8Array> =>
  createReadStream(file, { highWaterMark: 1 << 20 });
