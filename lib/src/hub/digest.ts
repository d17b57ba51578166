import { digestFile } from "../platform/crypto";

/**
 * The digest of a file's content in the form that the Hub uses as its etag: sha256 for a file in large storage (64
 * digits), git's blob hash for another (40: sha1 over a header with the size, and the content).
 *
 * @param size  of the file, in bytes
 * @returns hexadecimal; undefined if the etag is neither, as some mirrors' are
 */
export async function digestLike(etag: string, file: string, size: number): Promise<string | undefined> {
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(etag)) return undefined;
  if (etag.length === 64) return await digestFile(file, "sha256");
  return await digestFile(file, "sha1", `blob ${size}\0`);
}
