import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { Buffer } from "buffer";
import { readFileSync, readPieces } from "./files.browser";

const ALGORITHMS = { sha1, sha256 };

/** A digest that is fed piece by piece; the part of Node.js's that is used. */
export function createHash(algorithm: keyof typeof ALGORITHMS) {
  const hash = ALGORITHMS[algorithm].create();
  return {
    update(data: string | Uint8Array) {
      hash.update(typeof data === "string" ? Buffer.from(data) : data);
      return this;
    },
    digest(encoding?: "hex" | "base64") {
      const bytes = Buffer.from(hash.digest());
      return encoding ? bytes.toString(encoding) : bytes;
    },
  };
}

export const randomBytes = (size: number): Buffer =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(size)));

/** As `crypto.randomUUID`, which pages without https have not. @see RFC 9562, version 4 */
export function randomUUID(): string {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * The digest of a file's content: by the browser itself, which is ten times as fast as a program and takes the content as a whole; on
 * pages without https, where it does not, by a program.
 */
export async function digestFile(file: string, algorithm: "sha1" | "sha256", head = ""): Promise<string> {
  const { subtle } = crypto as { subtle?: SubtleCrypto };
  if (!subtle) {
    const hash = createHash(algorithm).update(head);
    for await (const piece of readPieces(file)) hash.update(piece);
    return hash.digest("hex") as string;
  }
  const content = Buffer.concat([Buffer.from(head), readFileSync(file) as Buffer]);
  const digest = await subtle.digest(algorithm === "sha1" ? "SHA-1" : "SHA-256", content);
  return Buffer.from(digest).toString("hex");
}
