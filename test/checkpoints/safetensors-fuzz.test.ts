import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import {
  parseSafetensors,
  readSafetensors,
  type SafetensorsContent,
} from "../../lib/src/checkpoints/safetensors";
import { CheckpointError } from "../../lib/src/errors";
import { fixtureBytes, mutate, Random, temporaryFolder } from "./support";

const SEEDS = ["every-dtype.safetensors", "misaligned.safetensors", "strided.safetensors"].map(fixtureBytes);
const IN_MEMORY = 12_000;
const THROUGH_FILES = 300;

const NUMBERS = [
  "0",
  "1",
  "-1",
  "3",
  "8",
  "0.5",
  "1e3",
  "255",
  "4294967296",
  "9007199254740993",
  "18446744073709551615",
];
const DTYPES = ["F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL", "F8_E4M3", "toString"];

/** Changes the header as text and states its new length, so that the change gets past the first checks. */
function mutateHeader(original: Uint8Array, random: Random): Uint8Array {
  const length = Number(Buffer.from(original).readBigUInt64LE(0));
  let header = Buffer.from(original.subarray(8, 8 + length)).toString("utf8");
  const replaceOne = (pattern: RegExp, replacement: string): void => {
    const matches = [...header.matchAll(pattern)];
    if (matches.length === 0) return;
    const { index = 0, 0: found } = random.pick(matches);
    header = header.slice(0, index) + replacement + header.slice(index + found.length);
  };
  const changes = 1 + random.below(3);
  for (let i = 0; i < changes; i++) {
    switch (random.below(4)) {
      case 0:
        replaceOne(/\d+(?=[,\]])/g, random.pick(NUMBERS));
        break;
      case 1:
        replaceOne(/(?<="dtype":")\w+/g, random.pick(DTYPES));
        break;
      case 2:
        replaceOne(
          /"[^"]*"(?=\s*:)/g,
          random.pick(['"f32"', '"__metadata__"', '"__proto__"', '"shape"', '"dtype"']),
        );
        break;
      default:
        replaceOne(/[[\]{},:]/g, random.pick(["[", "]", "{", "}", ",", ":", "", "null"]));
    }
  }
  const json = Buffer.from(header);
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(json.length));
  return Uint8Array.from(Buffer.concat([head, json, original.subarray(8 + length)]));
}

/** What was accepted must lie inside the file and account for each of its bytes. */
function checkAccepted({ tensors }: SafetensorsContent, bytes: Uint8Array): void {
  let total = 8 + Number(Buffer.from(bytes).readBigUInt64LE(0));
  for (const { shape, data } of tensors.values()) {
    assert.equal(
      shape.reduce((product, size) => product * size, 1),
      data.length,
    );
    total += data.byteLength;
  }
  assert.equal(total, bytes.length);
}

function* mutants(count: number, seed: number): Generator<Uint8Array> {
  const random = new Random(seed);
  for (let i = 0; i < count; i++) {
    yield (random.below(2) === 0 ? mutate : mutateHeader)(random.pick(SEEDS), random);
  }
}

test(`${IN_MEMORY} mutated files are read or refused`, () => {
  let accepted = 0;
  for (const bytes of mutants(IN_MEMORY, 1)) {
    let content: SafetensorsContent;
    try {
      content = parseSafetensors(bytes);
    } catch (error) {
      assert.ok(
        error instanceof CheckpointError,
        `${String(error)}\n${Buffer.from(bytes).toString("base64")}`,
      );
      continue;
    }
    checkAccepted(content, bytes);
    accepted += 1;
  }
  assert.ok(
    accepted > IN_MEMORY / 100 && accepted < IN_MEMORY / 2,
    `${accepted} accepted: mutations too weak or strong`,
  );
});

test(`${THROUGH_FILES} mutated files on disk are treated as those in memory`, async (context) => {
  const file = path.join(temporaryFolder(context), "mutant.safetensors");
  for (const bytes of mutants(THROUGH_FILES, 2)) {
    writeFileSync(file, bytes);
    let expected: SafetensorsContent | undefined;
    try {
      expected = parseSafetensors(bytes);
    } catch {
      await assert.rejects(readSafetensors(file), CheckpointError);
    }
    if (expected) assert.deepEqual(await readSafetensors(file), expected);
  }
});
