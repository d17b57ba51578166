import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { CheckpointError } from "../../lib/src/errors";

/** Path of a file made by test/fixtures/checkpoints/make_fixtures.py. */
export function fixture(name: string): string {
  return path.resolve(__dirname, "../fixtures/checkpoints", name);
}

export function fixtureBytes(name: string): Uint8Array {
  return Uint8Array.from(readFileSync(fixture(name)));
}

/** A file of the reference data that may lie beside the repository, or why the test that needs it is skipped. */
export function sharedFile(name: string): { file: string; skip: string | false } {
  const file = path.resolve(__dirname, "../../../shared", name);
  return {
    file,
    skip: existsSync(file) ? false : `${name} is not there: no ../shared beside the repository`,
  };
}

/** A new folder, removed after the test. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), "finetune-checkpoints-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** For assert.throws and assert.rejects: a CheckpointError whose message matches every pattern. */
export function checkpointError(...patterns: readonly RegExp[]): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof CheckpointError, `not a CheckpointError: ${String(error)}`);
    for (const pattern of patterns) assert.match(error.message, pattern);
    return true;
  };
}

/** Seeded random numbers (mulberry32): a fuzz run that fails can be run again. */
export class Random {
  constructor(private state: number) {}

  /** From 0 to `limit - 1`. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let word = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return Math.floor((((word ^ (word >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }
}

const EDGE_BYTES = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x22, 0x2c, 0x30, 0x39, 0x5b, 0x7b, 0x7d];

/** A copy with one to four random changes: bytes set, bits flipped, pieces cut out, doubled, or cut off. */
export function mutate(original: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = original.slice();
  const changes = 1 + random.below(4);
  for (let i = 0; i < changes && bytes.length > 0; i++) {
    const at = random.below(bytes.length);
    const end = Math.min(bytes.length, at + 1 + random.below(16));
    switch (random.below(6)) {
      case 0:
        bytes[at] = random.pick(EDGE_BYTES);
        break;
      case 1:
        bytes[at]! ^= 1 << random.below(8);
        break;
      case 2:
        bytes[at] = random.below(256);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
        break;
      default:
        if (random.below(4) === 0) bytes = bytes.slice(0, at);
        else bytes.fill(random.pick(EDGE_BYTES), at, end);
    }
  }
  return Uint8Array.from(bytes);
}
