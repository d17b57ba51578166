import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import type { StateDict } from "../../lib/src/checkpoints/dtypes";
import { parseSafetensors, readSafetensors, SafetensorsFile } from "../../lib/src/checkpoints/safetensors";
import { writeSafetensors } from "../../lib/src/checkpoints/safetensors-writer";
import { checkpointError, fixture, fixtureBytes, sharedFile, temporaryFolder } from "./support";

test("every dtype is read with the values that Python wrote", async () => {
  const { tensors, metadata } = await readSafetensors(fixture("every-dtype.safetensors"));
  assert.deepEqual(metadata, { format: "pt" });
  const data = (name: string): unknown => tensors.get(name)?.data;
  assert.deepEqual(data("f64"), Float64Array.of(1 / 3, -1e300, 5e-324));
  assert.deepEqual(data("f32"), Float32Array.of(1 / 3, -3.4e38, 1e-45, Infinity));
  assert.deepEqual(tensors.get("f32")?.shape, [2, 2]);
  assert.deepEqual(
    data("f16"),
    Uint16Array.of(0, 0x8000, 0x3c00, 0xbe00, 0x7bff, 1, 0x3ff, 0x7c00, 0xfc00, 0x3555),
  );
  assert.equal(tensors.get("bf16")?.dtype, "BF16");
  assert.deepEqual((data("bf16") as Uint16Array).slice(0, 4), Uint16Array.of(0, 0x8000, 0x3f80, 0xbfc0));
  assert.deepEqual(data("i64"), BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 42n));
  assert.deepEqual(data("i32"), Int32Array.of(-(2 ** 31), 2 ** 31 - 1));
  assert.deepEqual(data("i16"), Int16Array.of(-32768, 32767, 7));
  assert.deepEqual(data("i8"), Int8Array.of(-128, 127, -1));
  assert.deepEqual(data("u8"), Uint8Array.of(0, 255, 9));
  assert.deepEqual(data("bool"), Uint8Array.of(1, 0, 1));
  assert.deepEqual(tensors.get("scalar"), { dtype: "F32", shape: [], data: Float32Array.of(2.5) });
  assert.deepEqual(tensors.get("empty"), { dtype: "F32", shape: [0, 3], data: new Float32Array(0) });
  assert.ok(tensors.has('näme "with"\n\\ \u2028 😀'));
});

test("aligned tensors are views on one buffer, misaligned ones are right all the same", async () => {
  const aligned = await readSafetensors(fixture("every-dtype.safetensors"));
  const buffers = new Set([...aligned.tensors.values()].map(({ data }) => data.buffer));
  assert.equal(buffers.size, 1);
  const { tensors } = await readSafetensors(fixture("misaligned.safetensors"));
  assert.deepEqual(tensors.get("byte")?.data, Uint8Array.of(7));
  assert.deepEqual(tensors.get("double")?.data, Float64Array.of(1.5, -2.5));
  assert.deepEqual(tensors.get("float")?.data, Float32Array.of(3.25));
});

test("memory gives what a file gives, wherever the bytes lie", async () => {
  const bytes = fixtureBytes("every-dtype.safetensors");
  const shifted = new Uint8Array(bytes.length + 3).subarray(3);
  shifted.set(bytes);
  const fromFile = await readSafetensors(fixture("every-dtype.safetensors"));
  assert.deepEqual(parseSafetensors(bytes), fromFile);
  assert.deepEqual(parseSafetensors(shifted), fromFile);
});

test("a file can be opened for single tensors", async () => {
  const file = await SafetensorsFile.open(fixture("every-dtype.safetensors"));
  assert.deepEqual(file.header.tensors.get("f32")?.shape, [2, 2]);
  assert.deepEqual((await file.read("i16")).data, Int16Array.of(-32768, 32767, 7));
  await assert.rejects(file.read("none"), checkpointError(/every-dtype\.safetensors: has no tensor "none"/));
  await file.close();
});

test("the writer's bytes are those of the safetensors library", async (context) => {
  const target = path.join(temporaryFolder(context), "new", "model.safetensors");
  for (const name of ["every-dtype.safetensors", "strided.safetensors"]) {
    const { tensors, metadata } = await readSafetensors(fixture(name));
    const reversed: StateDict = new Map([...tensors].reverse());
    await writeSafetensors(target, reversed, metadata);
    assert.deepEqual(readFileSync(target), readFileSync(fixture(name)), name);
  }
});

test("the writer says format pt unless told otherwise, and writes views", async (context) => {
  const file = path.join(temporaryFolder(context), "model.safetensors");
  const view = new Float32Array([0, 1, 2, 3]).subarray(1, 3);
  await writeSafetensors(file, new Map([["__proto__", { dtype: "F32", shape: [2], data: view }]]));
  const { tensors, metadata } = await readSafetensors(file);
  assert.deepEqual(metadata, { format: "pt" });
  assert.deepEqual([...tensors], [["__proto__", { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) }]]);
  await writeSafetensors(file, new Map(), {});
  assert.deepEqual(await readSafetensors(file), { tensors: new Map(), metadata: {} });
});

test("the writer refuses tensors that do not fit their description, and leaves the file alone", async (context) => {
  const file = path.join(temporaryFolder(context), "model.safetensors");
  const data = Float32Array.of(1, 2);
  await writeSafetensors(file, new Map([["good", { dtype: "F32", shape: [2], data }]]));
  const before = readFileSync(file);
  const refused: [string, StateDict, RegExp][] = [
    ["shape", new Map([["w", { dtype: "F32", shape: [3], data }]]), /"w".*shape \[3\].*2 elements/],
    ["fraction", new Map([["w", { dtype: "F32", shape: [0.5, 4], data }]]), /"w".*shape/],
    ["type", new Map([["w", { dtype: "BF16", shape: [2], data }]]), /"w".*Uint16Array.*Float32Array/],
    ["name", new Map([["__metadata__", { dtype: "F32", shape: [2], data }]]), /"__metadata__".*name/],
    ["surrogate", new Map([["\ud800", { dtype: "F32", shape: [2], data }]]), /name/],
  ];
  for (const [what, tensors, message] of refused) {
    await assert.rejects(
      writeSafetensors(file, tensors),
      checkpointError(/model\.safetensors/, message),
      what,
    );
    assert.deepEqual(readFileSync(file), before);
  }
});

for (const name of [
  "data/bert-tiny-encoder/model-without-word-embeddings.safetensors",
  "reference/bert-2x64/model/model.safetensors",
  "reference/bert-2x64-options/model/model.safetensors",
]) {
  const { file, skip } = sharedFile(name);
  test(`a real model comes back byte for byte: ${name}`, { skip }, async (context) => {
    const target = path.join(temporaryFolder(context), "model.safetensors");
    const { tensors, metadata } = await readSafetensors(file);
    await writeSafetensors(target, tensors, metadata);
    assert.ok(readFileSync(target).equals(readFileSync(file)));
  });
}
