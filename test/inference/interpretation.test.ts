import assert from "node:assert/strict";
import path from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../../lib/src/errors";
import { withCompositeOps } from "../../lib/src/ops/fused";
import { attentionMap } from "../../lib/src/inference/attention-map";
import { attribute } from "../../lib/src/inference/attribute";
import { pipeline } from "../../lib/src/inference/pipeline";
import { AutoModelForSequenceClassification } from "../../lib/src/models/auto";
import type { BertForSequenceClassification } from "../../lib/src/models/bert/for-sequence-classification";
import { AutoTokenizer } from "../../lib/src/tokenizers/auto-tokenizer";
import type { PreTrainedTokenizer } from "../../lib/src/tokenizers/pretrained-tokenizer";
import { startEngine } from "../engine";
import { askPython, pythonWith } from "../python";

const CHECKPOINT = path.resolve(__dirname, "../../data/bert-3x384");
const TEXT = "It was not bad at all, just unwatchable.";
const { python, skip } = pythonWith("torch", "transformers");

interface Answers {
  attentions: number[][][][];
  attributions: number[];
  cls: number[];
  mean: number[];
}

const close = (ours: ArrayLike<number>, theirs: ArrayLike<number>, tolerance: number, what: string) => {
  assert.equal(ours.length, theirs.length, what);
  for (let i = 0; i < ours.length; i++) {
    assert.ok(Math.abs(ours[i]! - theirs[i]!) <= tolerance, `${what} ${i}: ${ours[i]} and ${theirs[i]}`);
  }
};

describe("looking into a model", () => {
  let model: BertForSequenceClassification;
  let tokenizer: PreTrainedTokenizer;

  before(async () => {
    await startEngine("wasm");
    tokenizer = await AutoTokenizer.fromPretrained(CHECKPOINT);
    const { warn } = console;
    console.warn = () => undefined;
    model = (await AutoModelForSequenceClassification.fromPretrained(CHECKPOINT, {
      numLabels: 2,
      id2label: { 0: "negative", 1: "positive" },
      seed: 3,
    })) as BertForSequenceClassification;
    console.warn = warn;
  });

  test("attention weights are rows that add up to 1, on the composite path and beside a fused one", async () => {
    const before = tf.memory().numTensors;
    const { tokens, weights } = await attentionMap(model, tokenizer, TEXT);
    assert.equal(tf.memory().numTensors, before);
    assert.deepEqual([weights.length, weights[0]!.length], [3, 12]);
    for (const heads of weights) {
      for (const matrix of heads) {
        assert.equal(matrix.length, tokens.length);
        for (const row of matrix) assert.ok(Math.abs(row.reduce((a, b) => a + b) - 1) < 1e-5);
      }
    }
    const composite = await withCompositeOps(() => attentionMap(model, tokenizer, TEXT));
    close(weights.flat(3), composite.weights.flat(3), 1e-5, "weight");
  });

  test("the answer is the same with attention weights and without", () => {
    const inputs = tokenizer([TEXT, "Bad."], { padding: true, returnTensors: "tf" });
    const plain = model.forward(inputs);
    const withWeights = model.forward(inputs, { outputAttentions: true });
    close(withWeights.logits.dataSync(), plain.logits.dataSync(), 1e-5, "logit");
    const [first] = withWeights.attentions!;
    const [batch, heads, length] = first!.shape;
    assert.deepEqual([batch, heads], [2, 12]);
    // The short text takes nothing from padding.
    const row = first!.slice([1, 0, 0, 0], [1, 1, 1, length]).dataSync();
    assert.ok(row.slice(4).every((weight) => weight === 0));
    assert.equal(plain.attentions, undefined);
  });

  test("attributions are the gradient of the score with respect to each token's vector, times it", async () => {
    const before = tf.memory().numTensors;
    const { label, tokens, scores } = await attribute(model, tokenizer, TEXT);
    assert.equal(tf.memory().numTensors, before, "no tensor stays");
    assert.equal(tokens[0], "[CLS]");
    assert.equal(scores.length, tokens.length);
    const other = label === "negative" ? "positive" : "negative";
    const against = await attribute(model, tokenizer, TEXT, { label: other });
    assert.equal(against.label, other);
    assert.notDeepEqual(against.scores, scores);
  });

  test("a frozen body is explained as well", async () => {
    const { scores } = await attribute(model, tokenizer, TEXT);
    model.freeze("bert");
    try {
      close((await attribute(model, tokenizer, TEXT)).scores, scores, 1e-6, "score");
    } finally {
      model.unfreeze("bert");
    }
  });

  test("refuses a label that the model does not have", async () => {
    await assert.rejects(attribute(model, tokenizer, TEXT, { label: "good" }), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /no label 'good'; it has negative, positive/);
      return true;
    });
  });

  test("feature-extraction gives a vector a text, whatever the batch, and leaves training on", async () => {
    model.train();
    const extract = pipeline("feature-extraction", { model, tokenizer, batchSize: 2 });
    const texts = [TEXT, "Bad.", "A good film."];
    const vectors = await extract(texts);
    assert.equal(model.training, true);
    model.eval();
    assert.deepEqual(
      vectors.map(({ length }) => length),
      [384, 384, 384],
    );
    close(vectors[1]!, await extract("Bad."), 1e-5, "state");
    assert.notDeepEqual(await extract("Bad.", { pooling: "mean" }), vectors[1]);
    await assert.rejects(
      extract("Bad.", { pooling: "max" as never }),
      /pooling is 'max'; there are cls, mean/,
    );
  });

  test("all of it is PyTorch's", { skip }, async () => {
    const script = path.join(__dirname, "interpretation.py");
    const { label, scores } = await attribute(model, tokenizer, TEXT);
    const input = {
      ids: tokenizer(TEXT).input_ids,
      label: label === "positive" ? 1 : 0,
      weights: Array.from(model.classifier.weight.value.dataSync()),
      bias: Array.from(model.classifier.bias!.value.dataSync()),
    };
    const theirs = askPython(python, script, [CHECKPOINT], input) as Answers;
    const { weights } = await attentionMap(model, tokenizer, TEXT);
    close(weights.flat(3), theirs.attentions.flat(3), 1e-5, "attention weight");
    close(scores, theirs.attributions, 1e-5, "attribution");
    const extract = pipeline("feature-extraction", { model, tokenizer });
    close(await extract(TEXT), theirs.cls, 1e-4, "state of [CLS]");
    close(await extract(TEXT, { pooling: "mean" }), theirs.mean, 1e-4, "mean state");
  });
});
