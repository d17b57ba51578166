import { createHash } from "node:crypto";
import { readPieces } from "./files";

export { createHash, randomBytes, randomUUID } from "node:crypto";

/**
 * The digest of a file's content.
 *
 * @param head  text that counts as if it stood before the content
 * @returns     hexadecimal
 */
export async function digestFile(file: string, algorithm: "sha1" | "sha256", head = ""): Promise<string> {
  const hash = createHash(algorithm).update(head);
  for await (const piece of readPieces(file)) hash.update(piece);
  return hash.digest("hex");
}
