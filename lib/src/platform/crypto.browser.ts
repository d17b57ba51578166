import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { Buffer } from "buffer";
import { readFileSync } from "./files.browser";

/** By the browser itself, ten times as fast as a program; it takes the content as a whole. */
export async function digestFile(file: string, algorithm: "sha1" | "sha256", head = ""): Promise<string> {
  const content = Buffer.concat([Buffer.from(head), readFileSync(file) as Buffer]);
  const digest = await crypto.subtle.digest(algorithm === "sha1" ? "SHA-1" : "SHA-256", content);
  return Buffer.from(digest).toString("hex");
}

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

export const randomUUID = (): string => crypto.randomUUID();
