import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { readSafetensors } from "../../lib/src/checkpoints/safetensors";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import { AutoConfig, AutoModel, AutoModelForSequenceClassification } from "../../lib/src/models/auto";
import { AutoTokenizer } from "../../lib/src/tokenizers/auto-tokenizer";
import { startEngine } from "../engine";
import { warningsOf } from "../models/tiny-bert";

const FOLDER = path.resolve(__dirname, "../../data/bert-3x384");

test("the files are those of the card, and small", () => {
  const card = readFileSync(path.join(FOLDER, "README.md"), "utf8");
  const sums = [...card.matchAll(/^([0-9a-f]{64}) {2}(\S+)$/gm)];
  assert.deepEqual(
    sums.map(([, , name]) => name),
    ["model.safetensors", "tokenizer.json"],
  );
  for (const [, sum, name] of sums) {
    const found = createHash("sha256").update(readFileSync(path.join(FOLDER, name!))).digest("hex");
    assert.equal(found, sum, name);
  }
  assert.ok(statSync(path.join(FOLDER, "model.safetensors")).size <= 20e6);
  assert.doesNotMatch(card, /@@/);
});

test("weights in half precision, for the whole body and its vocabulary", async () => {
  const { tensors } = await readSafetensors(path.join(FOLDER, "model.safetensors"));
  assert.ok([...tensors.values()].every(({ dtype }) => dtype === "F16"));
  const config = await AutoConfig.fromPretrained("bert-3x384");
  const tokenizer = await AutoTokenizer.fromPretrained("bert-3x384");
  assert.deepEqual([config.numHiddenLayers, config.hiddenSize, config.hiddenDropoutProb], [3, 384, 0.1]);
  assert.deepEqual([tokenizer.size, config.vocabSize], [10_000, 10_000]);
  await startEngine("wasm");
  const warnings = await warningsOf(async () => (await AutoModel.fromPretrained("bert-3x384")).dispose());
  assert.deepEqual(warnings, []);
});

test("a classifier from it has a new head and nothing else that is new", async () => {
  await startEngine("wasm");
  const warnings = await warningsOf(async () => {
    const model = await AutoModelForSequenceClassification.fromPretrained("bert-3x384", { numLabels: 2 });
    assert.equal(model.numParameters(), 9_510_146);
    model.dispose();
  });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /newly initialized: \['classifier\.bias', 'classifier\.weight'\]/);
});

test("its vocabulary knows the words of the reviews", async () => {
  const tokenizer = await AutoTokenizer.fromPretrained("bert-3x384");
  const { train } = await loadDataset("reviews");
  let [words, whole] = [0, 0];
  for (const sentence of train.column("sentence")) {
    const { input_ids, word_ids } = tokenizer(sentence, { returnWordIds: true });
    assert.ok(!input_ids.includes(tokenizer.unkTokenId), sentence);
    words += new Set(word_ids.filter((word) => word >= 0)).size;
    whole += input_ids.length - 2;
  }
  assert.ok(whole / words < 1.1, `${(whole / words).toFixed(2)} pieces a word`);
});
