import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { Buffer } from "buffer";

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
