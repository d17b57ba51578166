import { promisify } from "node:util";
import zlib from "node:zlib";

/** What unpacks says `ERR_BUFFER_TOO_LARGE` before it writes more than `maxOutputLength` bytes. */
export const { brotliDecompressSync, gunzipSync, inflateRawSync } = zlib;

/** {@link gunzipSync} beside other work. */
export const gunzip = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(zlib.gunzip);

/** Packs, as small as it gets. */
export const gzip = (bytes: Uint8Array): Promise<Buffer> =>
  promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gzip)(bytes, { level: 9 });

/**
 * The checksum of zip archives.
 * @returns undefined where there is none (before Node.js 20.15): it is taken on trust then, as PyTorch itself does
 */
export function crc32(bytes: Uint8Array): number | undefined {
  return typeof zlib.crc32 === "function" ? zlib.crc32(bytes) : undefined;
}
