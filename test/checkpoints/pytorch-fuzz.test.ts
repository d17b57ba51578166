import assert from "node:assert/strict";
import test from "node:test";
import type { StateDict } from "../../lib/src/checkpoints/dtypes";
import { PickleError, unpickle } from "../../lib/src/checkpoints/pickle";
import { parsePytorchBin } from "../../lib/src/checkpoints/pytorch-bin";
import { STATE_DICT_HOOKS, tensorsOf } from "../../lib/src/checkpoints/pytorch-pickle";
import { memorySource } from "../../lib/src/checkpoints/byte-source";
import { ZipArchive } from "../../lib/src/checkpoints/zip-archive";
import { CheckpointError } from "../../lib/src/errors";
import { fixtureBytes, mutate, Random } from "./support";

const ARCHIVES = ["strided.bin", "no-checksums.bin", "deflated.bin", "protocol-4.bin", "legacy.bin"];
const MUTANT_FILES = 5_000;
const MUTANT_PICKLES = 10_000;

test(`${MUTANT_FILES} mutated files are read or refused`, async () => {
  const random = new Random(3);
  const originals = ARCHIVES.map(fixtureBytes);
  for (let i = 0; i < MUTANT_FILES; i++) {
    const bytes = mutate(random.pick(originals), random);
    let state: StateDict;
    try {
      state = await parsePytorchBin(bytes);
    } catch (error) {
      assert.ok(
        error instanceof CheckpointError,
        `${String(error)}\n${Buffer.from(bytes).toString("base64")}`,
      );
      continue;
    }
    for (const { shape, data } of state.values()) {
      assert.equal(
        shape.reduce((product, size) => product * size, 1),
        data.length,
      );
    }
  }
});

test(`${MUTANT_PICKLES} mutated pickles are read or refused`, async () => {
  const archive = await ZipArchive.open(memorySource(fixtureBytes("strided.bin"), "strided.bin"));
  const original = new Uint8Array(await archive.read("strided/data.pkl"));
  const random = new Random(4);
  let accepted = 0;
  for (let i = 0; i < MUTANT_PICKLES; i++) {
    const bytes = mutate(original, random);
    try {
      tensorsOf(unpickle(bytes, STATE_DICT_HOOKS).value);
      accepted += 1;
    } catch (error) {
      assert.ok(error instanceof PickleError, `${String(error)}\n${Buffer.from(bytes).toString("base64")}`);
    }
  }
  assert.ok(accepted > MUTANT_PICKLES / 100, "the mutations are too strong to reach deep");
});
