import { Buffer } from "buffer";
import { Gunzip, gzipSync, Inflate } from "fflate";

interface Limit {
  maxOutputLength: number;
}

/** So many packed bytes are unpacked at a time: at most a thousand times as many come out before they are counted. */
const PIECE = 2 ** 16;

/** Unpacks, and says `ERR_BUFFER_TOO_LARGE` before more than so many bytes are held. */
function unpack(
  packed: Uint8Array,
  Stream: typeof Gunzip | typeof Inflate,
  { maxOutputLength }: Limit,
): Buffer {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  let isWhole = false;
  const stream = new Stream((piece: Uint8Array, final: boolean) => {
    bytes += piece.length;
    if (bytes > maxOutputLength) {
      const error = new RangeError(`Cannot create a Buffer larger than ${maxOutputLength} bytes`);
      throw Object.assign(error, { code: "ERR_BUFFER_TOO_LARGE" });
    }
    pieces.push(piece);
    isWhole ||= final;
  });
  for (let at = 0; at === 0 || at < packed.length; at += PIECE) {
    stream.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
  }
  if (!isWhole) throw new Error("unexpected end of file");
  return Buffer.concat(pieces, bytes);
}

export const gunzipSync = (packed: Uint8Array, limit: Limit): Buffer => unpack(packed, Gunzip, limit);

export const inflateRawSync = (packed: Uint8Array | ArrayBuffer, limit: Limit): Buffer =>
  unpack(packed instanceof Uint8Array ? packed : new Uint8Array(packed), Inflate, limit);

export const gunzip = (packed: Uint8Array, limit: Limit): Promise<Buffer> =>
  new Promise((resolve) => resolve(gunzipSync(packed, limit)));

export function brotliDecompressSync(): never {
  throw new Error("a browser unpacks no brotli; write the file with snappy, gzip or zstd");
}

/** Packs, as small as it gets. */
export const gzip = (bytes: Uint8Array): Promise<Buffer> =>
  new Promise((resolve) => resolve(Buffer.from(gzipSync(bytes, { level: 9, mtime: 0 }))));

/** Taken on trust: the browser has no such checksum. */
export const crc32 = (): undefined => undefined;
