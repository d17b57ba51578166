import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import type { HostTensor, StateDict } from "../../lib/src/checkpoints/dtypes";
import { CheckpointError } from "../../lib/src/errors";
import { describeLoadReport, loadWeights } from "../../lib/src/models/load-weights";
import type { BertForSequenceClassification } from "../../lib/src/models/bert/for-sequence-classification";
import { startEngine } from "../engine";
import { batchOf, tinyBert } from "./tiny-bert";

const HEAD = ["classifier.bias", "classifier.weight"];

describe("loadWeights", () => {
  let weights: StateDict;
  let logits: number[][];
  const logitsOf = (model: BertForSequenceClassification) =>
    tf.tidy(() => model.forward(batchOf([[2, 7, 9, 3], [4]])).logits.arraySync());

  before(async () => {
    await startEngine("cpu");
    const model = tinyBert();
    weights = await model.stateDict();
    logits = logitsOf(model);
  });

  const renamed = (rename: (name: string) => string | undefined): StateDict => {
    const result: StateDict = new Map<string, HostTensor>();
    for (const [name, tensor] of weights) {
      const other = rename(name);
      if (other !== undefined) result.set(other, tensor);
    }
    return result;
  };
  const nothing = { newlyInitialized: [], unexpected: [], mismatched: [] };

  test("a tensor of another shape changes nothing in the model", async () => {
    const model = tinyBert({}, 99);
    const before = await model.stateDict();
    const wrong = new Map(weights);
    wrong.set("classifier.bias", { dtype: "F32", shape: [5], data: new Float32Array(5) });
    assert.throws(
      () => loadWeights(model, wrong, "here"),
      /here: tensor 'classifier.bias' has the shape \[5\]/,
    );
    assert.throws(
      () => model.loadStateDict(wrong, "here"),
      /here: tensor 'classifier.bias' has the shape \[5\]/,
    );
    wrong.delete("classifier.bias");
    assert.throws(() => model.loadStateDict(wrong, "here"), /here: has no tensor 'classifier.bias'/);
    assert.deepEqual(await model.stateDict(), before);
  });

  test("a tensor of a type that nothing is computed with: refused where it is needed, passed over elsewhere", () => {
    const quantised: HostTensor = { dtype: "F8_E4M3", shape: [2], data: new Uint8Array(2) };
    const model = tinyBert({}, 99);
    const wrong = new Map(weights).set("classifier.bias", quantised);
    assert.throws(
      () => loadWeights(model, wrong, "here"),
      /'classifier.bias' is stored as F8_E4M3.*F32, F16/,
    );
    const report = loadWeights(model, new Map(weights).set("extra", quantised), "here");
    assert.deepEqual(report, { ...nothing, unexpected: ["extra"] });
  });

  test("today's names", () => {
    const model = tinyBert({}, 99);
    assert.deepEqual(loadWeights(model, weights, "here"), nothing);
    assert.deepEqual(logitsOf(model), logits);
  });

  test("gamma and beta", () => {
    const old = renamed((name) =>
      name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"),
    );
    const model = tinyBert({}, 99);
    assert.deepEqual(loadWeights(model, old, "here"), nothing);
    assert.deepEqual(logitsOf(model), logits);
  });

  test("an encoder without `bert.` gets a new head, always the same for a seed", () => {
    const encoder = renamed((name) => (name.startsWith("bert.") ? name.slice(5) : undefined));
    const [model, again] = [tinyBert({}, 99), tinyBert({}, 99)];
    assert.deepEqual(loadWeights(model, encoder, "here"), { ...nothing, newlyInitialized: HEAD });
    loadWeights(again, encoder, "here");
    assert.deepEqual(logitsOf(model), logitsOf(again));
    assert.notDeepEqual(logitsOf(model), logits);
  });

  test("what has no place is reported, position ids are not", () => {
    const more = new Map(weights);
    const extra: HostTensor = { dtype: "F32", shape: [1], data: new Float32Array(1) };
    more.set("cls.predictions.bias", extra).set("bert.embeddings.position_ids", extra);
    const report = loadWeights(tinyBert(), more, "here");
    assert.deepEqual(report, { ...nothing, unexpected: ["cls.predictions.bias"] });
  });

  test("a wrong shape is an error that names tensor, found and expected shape", () => {
    assert.throws(
      () => loadWeights(tinyBert({ numLabels: 3 }), weights, "here"),
      (error) =>
        error instanceof CheckpointError &&
        /here: tensor 'classifier\.weight' has the shape \[2, 8\]; .* \[3, 8\]/.test(error.message),
    );
  });

  test("ignoreMismatchedSizes starts those weights anew", () => {
    const model = tinyBert({ numLabels: 3 });
    const report = loadWeights(model, weights, "here", { ignoreMismatchedSizes: true });
    assert.deepEqual(report, { ...nothing, mismatched: HEAD });
    assert.equal(logitsOf(model)[0]!.length, 3);
  });

  test("weights that belong to something else are an error", () => {
    const other = renamed((name) => `gpt.${name}`);
    assert.throws(
      () => loadWeights(tinyBert(), other, "here"),
      /none of its 41 tensors belongs to a BertFor/,
    );
    assert.throws(() => loadWeights(tinyBert(), new Map(), "here"), CheckpointError);
  });

  test("one weight under two names is an error", () => {
    const doubled = new Map(weights);
    doubled.set("pooler.dense.bias", weights.get("bert.pooler.dense.bias")!);
    assert.throws(() => loadWeights(tinyBert(), doubled, "here"), /'bert\.pooler\.dense\.bias' twice/);
  });

  test("reports read as transformers'", () => {
    assert.deepEqual(describeLoadReport(nothing, "BertForSequenceClassification", "here"), []);
    const [line] = describeLoadReport(
      { ...nothing, newlyInitialized: HEAD },
      "BertForSequenceClassification",
      "here",
    );
    assert.equal(
      line,
      "Some weights of BertForSequenceClassification were not initialized from the model checkpoint at here and are " +
        "newly initialized: ['classifier.bias', 'classifier.weight']\n" +
        "You should probably TRAIN this model on a down-stream task to be able to use it for predictions and inference.",
    );
  });
});
