import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { toFloat32 } from "../../lib/src/checkpoints/float-formats";
import { writeSafetensors } from "../../lib/src/checkpoints/safetensors-writer";
import { hasWeights, readStateDict } from "../../lib/src/checkpoints/state-dict";
import { checkpointError, fixture, sharedFile, temporaryFolder } from "./support";

const INDEX = "model.safetensors.index.json";

test("safetensors come before pytorch_model.bin, and .bin is read where there is nothing else", async (context) => {
  const folder = temporaryFolder(context);
  assert.equal(hasWeights(folder), false);
  copyFileSync(fixture("old-names/pytorch_model.bin"), path.join(folder, "pytorch_model.bin"));
  assert.equal(hasWeights(folder), true);
  const names = ["bert.embeddings.LayerNorm.gamma", "bert.embeddings.LayerNorm.beta"];
  assert.deepEqual([...(await readStateDict(folder)).keys()], names);
  const tensor = { dtype: "I8" as const, shape: [], data: Int8Array.of(1) };
  await writeSafetensors(path.join(folder, "model.safetensors"), new Map([["only", tensor]]));
  assert.deepEqual(await readStateDict(folder), new Map([["only", tensor]]));
});

test("a folder without weights: the message says what was looked for", async (context) => {
  const folder = temporaryFolder(context);
  await assert.rejects(
    readStateDict(folder),
    checkpointError(/has no weights/, /model\.safetensors, .*index\.json, pytorch_model\.bin/),
  );
});

test("shards are read together", async () => {
  const state = await readStateDict(fixture("sharded"));
  assert.deepEqual([...state.keys()], ["a", "b", "c"]);
  assert.deepEqual(state.get("a")?.data, Float32Array.of(0, 1, 2));
  assert.deepEqual(state.get("b")?.shape, [2, 2]);
  assert.deepEqual(state.get("c")?.data, BigInt64Array.of(7n));
});

test("shards of torch.save are read together", async (context) => {
  const folder = temporaryFolder(context);
  copyFileSync(fixture("strided.bin"), path.join(folder, "pytorch_model-00001-of-00001.bin"));
  const index = { weight_map: { parameter: "pytorch_model-00001-of-00001.bin" } };
  writeFileSync(path.join(folder, "pytorch_model.bin.index.json"), JSON.stringify(index));
  assert.deepEqual(
    [...(await readStateDict(folder))],
    [["parameter", { dtype: "F32", shape: [1, 2], data: Float32Array.of(1, 2) }]],
  );
});

test("damaged indexes are refused", async (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(path.join(folder, "model"));
  const shard = "model-00001-of-00002.safetensors";
  copyFileSync(fixture(`sharded/${shard}`), path.join(folder, "model", shard));
  const map = (name: string, file: unknown): string => JSON.stringify({ weight_map: { [name]: file } });
  const cases: [string, ...RegExp[]][] = [
    [map("absent", shard), /tensor "absent" is not in its shard model-00001-of-00002\.safetensors/],
    [map("a", "model-00009-of-00002.safetensors"), /model-00009-of-00002\.safetensors: cannot be opened/],
    [map("a", `../model/${shard}`), /tensor "a": shard .* not the name of a file/],
    [map("a", `/etc/${shard}`), /not the name of a file/],
    [map("a", `..\\${shard}`), /not the name of a file/],
    [map("a", "C:x"), /not the name of a file/],
    [map("a", ".."), /not the name of a file/],
    [map("a", ""), /not the name of a file/],
    [map("a", "x\0y"), /not the name of a file/],
    [map("a", 1), /tensor "a" has no file name/],
    [`{"weight_map":{"a":"${shard}","a":"other"}}`, /duplicate key "a"/],
    ["{}", /no weight_map/],
    ["[]", /no weight_map/],
    ["{", /index\.json: .*expected/],
  ];
  for (const [text, ...patterns] of cases) {
    writeFileSync(path.join(folder, "model", INDEX), text);
    await assert.rejects(readStateDict(path.join(folder, "model")), checkpointError(...patterns), text);
  }
});

const { file: model, skip } = sharedFile("reference/bert-2x64/model");
test("the weights of a reference model", { skip }, async () => {
  const state = await readStateDict(model);
  const weight = state.get("classifier.weight");
  assert.ok(weight);
  assert.equal(weight.shape[1], 64);
  assert.equal(toFloat32(weight), weight.data);
});
