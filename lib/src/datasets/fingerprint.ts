import { createHash } from "../platform/crypto";
import { type Column, ListColumn, NumberColumn, ObjectColumn, TextColumn } from "./columns";
import { featuresToJson } from "./features-json";
import { plainText } from "./python-repr";
import type { Table } from "./table";

/** Something that says itself what its answers depend on; a tokenizer does. */
export interface Fingerprinted {
  fingerprintParts(): unknown;
}

/** A digest of a table's content: names, types and cells, wherever they lie in memory. */
export function tableFingerprint(table: Table): string {
  const hash = new Digest();
  add(hash, featuresToJson(table.features));
  for (const [name, column] of table.columns) {
    add(hash, name);
    addColumn(hash, column);
  }
  return hash.hex();
}

/** SHA-256 of many small texts (a vocabulary has 30,000), of which a call for each would cost most of the time. */
class Digest {
  private readonly hash = createHash("sha256");
  private waiting = "";

  update(text: string): void {
    this.waiting += text;
    if (this.waiting.length > 1 << 16) this.flush();
  }

  bytes(bytes: Uint8Array): void {
    this.flush();
    this.hash.update(bytes);
  }

  hex(): string {
    this.flush();
    return this.hash.digest("hex");
  }

  private flush(): void {
    // UTF-16: half a surrogate pair is not another.
    this.hash.update(Buffer.from(this.waiting, "utf16le"));
    this.waiting = "";
  }
}

/**
 * A digest of values: plain data by content, functions by their source text, other objects by class and fields. What a
 * function refers to outside itself is *not* in it.
 */
export function fingerprint(...values: readonly unknown[]): string {
  const hash = new Digest();
  for (const value of values) add(hash, value);
  return hash.hex();
}

function addColumn(hash: Digest, column: Column): void {
  add(hash, [column.constructor.name, column.length]);
  if (column instanceof NumberColumn) addBytes(hash, column.values);
  else if (column instanceof TextColumn) {
    const { bytes, offsets } = column.pack();
    addBytes(hash, bytes);
    addBytes(hash, offsets);
  } else if (column instanceof ListColumn) {
    const { values, offsets } = column.pack();
    addBytes(hash, values);
    addBytes(hash, offsets);
  } else if (column instanceof ObjectColumn) add(hash, column.values);
}

function addBytes(hash: Digest, view: ArrayBufferView): void {
  hash.update(`${view.constructor.name}:${view.byteLength};`);
  hash.bytes(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
}

/** Each value goes in with its type and length, so that no two values read the same. */
function add(hash: Digest, value: unknown, seen: readonly object[] = []): void {
  if (typeof value !== "object" && typeof value !== "function") {
    const text = Object.is(value, -0) ? "-0" : plainText(value);
    hash.update(`${typeof value}:${text.length}:${text};`);
    return;
  }
  if (value === null) return void hash.update("null;");
  if (seen.includes(value)) return void hash.update(`circle:${seen.indexOf(value)};`);
  const inside = [...seen, value];
  if ("fingerprintParts" in value && typeof value.fingerprintParts === "function") {
    hash.update(`${value.constructor.name}:`);
    return add(hash, (value as Fingerprinted).fingerprintParts(), inside);
  }
  if (typeof value === "function") return add(hash, Function.prototype.toString.call(value));
  if (ArrayBuffer.isView(value)) return addBytes(hash, value);
  if (value instanceof Date || value instanceof RegExp)
    return add(hash, `${value.constructor.name} ${String(value)}`);
  const isList = Array.isArray(value) || value instanceof Set;
  const entries: unknown[] = isList
    ? [...value]
    : value instanceof Map
      ? [...value]
      : Object.entries(value).sort(byKey);
  const { constructor } = value as { constructor?: { name?: string } };
  hash.update(`${constructor?.name ?? "object"}:${entries.length}{`);
  for (const entry of entries) add(hash, entry, inside);
  hash.update("}");
}

const byKey = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);
