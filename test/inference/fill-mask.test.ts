import assert from "node:assert/strict";
import { before, describe, test, type TestContext } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../../lib/src/errors";
import { pipeline } from "../../lib/src/inference/pipeline";
import { BertConfig } from "../../lib/src/models/bert/configuration";
import { BertForMaskedLM } from "../../lib/src/models/bert/for-masked-lm";
import { BertTokenizer } from "../../lib/src/tokenizers/bert-tokenizer";
import { startEngine } from "../engine";
import { temporaryFolder, TINY } from "../models/tiny-bert";

const WORDS = ["a", "good", "bad", "film", "##s", "very", "is", "it"];
const tokenizer = BertTokenizer.fromVocab(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...WORDS], {
  model_max_length: 12,
});
const tinyModel = () =>
  new BertForMaskedLM(
    new BertConfig({ ...TINY, vocabSize: 13, initializerRange: 0.3 }),
    4,
  ).initializeWeights();

describe("fill-mask", () => {
  before(() => startEngine("wasm"));

  test("gives the likeliest tokens, best first, with the text that they make", async () => {
    const fill = pipeline("fill-mask", { model: tinyModel(), tokenizer });
    const found = await fill("a [MASK] film", { topK: 13 });
    assert.equal(found.length, 13);
    assert.ok(Math.abs(found.reduce((sum, { score }) => sum + score, 0) - 1) < 1e-6);
    for (const [index, { score, token, token_str, sequence }] of found.entries()) {
      assert.ok(index === 0 || score <= found[index - 1]!.score);
      if (token >= 5) assert.equal(sequence, tokenizer.decode([5, token, 8]));
      assert.equal(token_str, tokenizer.decode([token]));
    }
    assert.equal((await fill("[MASK]")).length, 5);
  });

  test("the scores are a softmax of the model's own, whatever stands beside the text", async () => {
    const model = tinyModel();
    const fill = pipeline("fill-mask", { model, tokenizer, batchSize: 2 });
    const texts = ["it is [MASK]", "[MASK] good film is very good", "films [MASK]"];
    const found = await fill(texts, { topK: 3 });
    const before = tf.memory().numTensors;
    for (const [index, text] of texts.entries()) {
      const [row, place] = [tokenizer.encode(text), tokenizer.encode(text).indexOf(4)];
      const expected = tf.tidy(() => {
        const { logits } = model.forward({ input_ids: tf.tensor2d([row], undefined, "int32") });
        return (tf.softmax(logits).arraySync() as number[][][])[0]![place]!;
      });
      for (const { token, score } of found[index]!) assert.ok(Math.abs(score - expected[token]!) < 1e-6);
    }
    await fill(texts);
    assert.equal(tf.memory().numTensors, before, "tensors left behind");
  });

  test("loads model and tokenizer by name", async (context: TestContext) => {
    const folder = temporaryFolder(context);
    await tinyModel().savePretrained(folder);
    await tokenizer.savePretrained(folder);
    const byName = await pipeline("fill-mask", { model: folder })("a [MASK]");
    assert.deepEqual(byName, await pipeline("fill-mask", { model: tinyModel(), tokenizer })("a [MASK]"));
  });

  test("texts without a mask, or with two, are refused; so is topK 0", async () => {
    const fill = pipeline("fill-mask", { model: tinyModel(), tokenizer });
    for (const [text, pattern] of [
      ["a good film", /"a good film" has no \[MASK\]; write exactly one/],
      ["[MASK] [MASK]", /has 2 \[MASK\]/],
    ] as const) {
      await assert.rejects(
        fill(text),
        (error) => error instanceof ConfigError && pattern.test(error.message),
      );
    }
    await assert.rejects(fill("[MASK]", { topK: 0 }), /topK is 0/);
  });
});
