import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { readStateDict } from "../../lib/src/checkpoints/state-dict";
import { currentEngine } from "../../lib/src/engines/engines";
import { loadAddon } from "../../lib/src/engines/native/addon";
import { AutoModelForSequenceClassification } from "../../lib/src/models/auto";
import type { BertForSequenceClassification } from "../../lib/src/models/bert/for-sequence-classification";
import { noNative, startEngine } from "../engine";
import { tinyBert } from "./tiny-bert";

describe("weights that are mapped from their file", { skip: noNative }, () => {
  let folder: string;
  let file: string;
  let bytes: Buffer;
  const load = async () =>
    (await AutoModelForSequenceClassification.fromPretrained(folder)) as BertForSequenceClassification;
  const weightsIn = (model: { stateDict: () => Promise<unknown> }) => model.stateDict();

  before(async () => {
    await startEngine("native");
    folder = mkdtempSync(path.join(tmpdir(), "mapped-weights-"));
    file = path.join(folder, "model.safetensors");
    // Large enough that its tables are no small arrays.
    await tinyBert({ vocabSize: 500, hiddenSize: 32 }, 5).savePretrained(folder);
    bytes = readFileSync(file);
  });
  after(() => rmSync(folder, { recursive: true }));

  test("are those that reading gives", async () => {
    const { mapFile } = await currentEngine();
    const [mapped, read] = [await readStateDict(folder, { mapFile }), await readStateDict(folder)];
    assert.deepEqual(mapped, read);
    assert.deepEqual(await weightsIn(await load()), read);
  });

  test("a change of one model's is none of the file, of what was read from it, or of another model", async () => {
    const [first, second] = [await load(), await load()];
    const before = await weightsIn(second);
    const table = first.bert.embeddings.word_embeddings.weight.value;
    const seen = table.dataSync();
    const kept = seen.slice();
    // As an optimizer does, in place.
    const backend = tf.backend() as unknown as { float32: (tensor: tf.Tensor) => Float32Array };
    backend.float32(table).fill(7);
    assert.equal(table.dataSync()[0], 7);
    assert.deepEqual(seen, kept);
    assert.deepEqual(await weightsIn(second), before);
    assert.deepEqual(readFileSync(file), bytes);
  });

  test("part of a weight that an op returns has memory of its own", async () => {
    const model = await load();
    const table = model.bert.embeddings.word_embeddings.weight.value;
    const rows = tf.slice(table, [0, 0], [100, 32]);
    const before = rows.dataSync().slice();
    const backend = tf.backend() as unknown as { float32: (tensor: tf.Tensor) => Float32Array };
    backend.float32(table).fill(3);
    assert.deepEqual(rows.dataSync(), before);
  });

  test("a model goes on when its folder is written anew, by itself or by another", async () => {
    const [first, second] = [await load(), await load()];
    const before = await weightsIn(first);
    await first.savePretrained(folder);
    assert.deepEqual(readFileSync(file), bytes);
    await tinyBert({ vocabSize: 500, hiddenSize: 32 }, 6).savePretrained(folder);
    assert.notDeepEqual(readFileSync(file), bytes);
    assert.deepEqual(await weightsIn(first), before);
    assert.deepEqual(await weightsIn(second), before);
    writeFileSync(file, bytes);
  });

  test("a tensor at an odd place in the file, and one in half precision", async () => {
    const other = mkdtempSync(path.join(tmpdir(), "mapped-odd-"));
    try {
      await (await load()).savePretrained(other, { dtype: "bfloat16" });
      const half = await AutoModelForSequenceClassification.fromPretrained(other);
      assert.equal(half.numParameters(), (await load()).numParameters());
      // One blank more in the header, so that no tensor lies at a multiple of four.
      const length = bytes.readBigUInt64LE(0);
      const head = Buffer.alloc(8);
      head.writeBigUInt64LE(length + 1n);
      const end = 8 + Number(length);
      const odd = Buffer.concat([head, bytes.subarray(8, end), Buffer.from(" "), bytes.subarray(end)]);
      writeFileSync(path.join(other, "model.safetensors"), odd);
      copyFileSync(path.join(folder, "config.json"), path.join(other, "config.json"));
      const model = await AutoModelForSequenceClassification.fromPretrained(other);
      assert.deepEqual(await weightsIn(model), await readStateDict(folder));
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  test("what cannot be mapped is read, or refused as before", async () => {
    const mapFile = (name: string) => loadAddon().mapFile(name);
    assert.equal(mapFile("/nowhere/at/all"), undefined);
    assert.equal(mapFile(folder), undefined);
    assert.throws(() => mapFile(3 as unknown as string), /mapFile: path must be a string/);
    const other = mkdtempSync(path.join(tmpdir(), "mapped-none-"));
    try {
      copyFileSync(path.join(folder, "config.json"), path.join(other, "config.json"));
      copyFileSync(file, path.join(other, "model.safetensors"));
      truncateSync(path.join(other, "model.safetensors"), bytes.length - 100);
      await assert.rejects(AutoModelForSequenceClassification.fromPretrained(other), /run past the end/);
      truncateSync(path.join(other, "model.safetensors"), 0);
      await assert.rejects(AutoModelForSequenceClassification.fromPretrained(other), /the file has 0 bytes/);
    } finally {
      rmSync(other, { recursive: true });
    }
  });
});
