import { createHash } from "../platform/crypto";
import { readPieces } from "../platform/files";

/**
 * The digest of a file's content in the form that the Hub uses as its etag: sha256 for a file in large storage (64
 * digits), git's blob hash for another (40: sha1 over a header with the size, and the content).
 *
 * @param size  of the file, in bytes
 * @returns hexadecimal; undefined if the etag is neither, as some mirrors' are
 */
export async function digestLike(etag: string, file: string, size: number): Promise<string | undefined> {
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(etag)) return undefined;
  const hash = createHash(etag.length === 64 ? "sha256" : "sha1");
  if (etag.length === 40) hash.update(`blob ${size}\0`);
  for await (const piece of readPieces(file)) hash.update(piece);
  return hash.digest("hex");
}
