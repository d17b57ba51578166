import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import test from "node:test";
import { parsePytorchBin, readPytorchBin } from "../../lib/src/checkpoints/pytorch-bin";
import { readSafetensors } from "../../lib/src/checkpoints/safetensors";
import { checkpointError, fixture, fixtureBytes } from "./support";

/** Files that hold the same tensors, written by torch and by safetensors. */
const PAIRS: [string, string][] = [
  ["every-dtype.bin", "every-dtype.safetensors"],
  ["strided.bin", "strided.safetensors"],
  ["protocol-4.bin", "strided.safetensors"],
  ["no-checksums.bin", "strided.safetensors"],
  ["deflated.bin", "strided.safetensors"],
  ["legacy.bin", "strided.safetensors"],
];

for (const [bin, safetensors] of PAIRS) {
  test(`${bin} holds what ${safetensors} holds`, async () => {
    const state = await readPytorchBin(fixture(bin));
    const { tensors } = await readSafetensors(fixture(safetensors));
    assert.deepEqual([...state.keys()].sort(), [...tensors.keys()].sort());
    for (const [name, tensor] of state) assert.deepEqual(tensor, tensors.get(name), name);
  });
}

test("names come in the order of the model", async () => {
  const state = await readPytorchBin(fixture("strided.bin"));
  assert.deepEqual([...state.keys()].slice(0, 3), ["base", "transposed", "narrowed"]);
});

test("tied weights share memory", async () => {
  const state = await readPytorchBin(fixture("strided.bin"));
  assert.equal(state.get("tied")?.data.buffer, state.get("base")?.data.buffer);
});

test("a pickle that would run a command is refused by the command's name, and nothing runs", async () => {
  for (const name of ["evil.bin", "evil-legacy.bin"]) {
    await assert.rejects(
      readPytorchBin(fixture(name)),
      checkpointError(
        new RegExp(name),
        /refers to "posix\.system"/,
        /Nothing was executed/,
        /model\.safetensors/,
      ),
    );
  }
  assert.equal(existsSync("/tmp/pickle-was-executed"), false);
});

test("files that are no little-endian state dict are refused, and the message says why", async () => {
  const refused: [string, RegExp][] = [
    ["big-endian.bin", /byte order is "big"/],
    ["nested.bin", /entry "model" is not a tensor; a training checkpoint's model has to be saved by itself/],
    ["strided.safetensors", /neither as a zip archive nor/],
    ["none.bin", /cannot be opened/],
  ];
  for (const [name, message] of refused) {
    await assert.rejects(readPytorchBin(fixture(name)), checkpointError(new RegExp(name), message));
  }
});

test("views past the end of their storage are refused", async () => {
  const bytes = fixtureBytes("no-checksums.bin");
  // "base" begins BININT1 0 (offset), BININT1 2, 3, 4 (shape), TUPLE3: ask for 5 instead of 4.
  const shape = Buffer.from([0x4b, 0, 0x4b, 2, 0x4b, 3, 0x4b, 4]);
  const at = Buffer.from(bytes).indexOf(shape);
  assert.ok(at > 0);
  bytes[at + 7] = 5;
  await assert.rejects(
    parsePytorchBin(bytes, "x.bin"),
    checkpointError(/tensor "base"/, /shape \[2, 3, 5\].*reach past the 24 elements/),
  );
});

test("a cut-off legacy file says so", async () => {
  const bytes = fixtureBytes("legacy.bin");
  await assert.rejects(
    parsePytorchBin(bytes.slice(0, -1)),
    checkpointError(/bytes instead of|not among them/),
  );
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  await assert.rejects(parsePytorchBin(longer), checkpointError(/bytes instead of/));
  await assert.rejects(parsePytorchBin(bytes.slice(0, 300)), checkpointError(/cut off/));
});
