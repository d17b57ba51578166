import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../../lib/src/errors";
import { pipeline } from "../../lib/src/inference/pipeline";
import { BertTokenizer } from "../../lib/src/tokenizers/bert-tokenizer";
import { AutoTokenizer } from "../../lib/src/tokenizers/auto-tokenizer";
import type { PreTrainedTokenizer } from "../../lib/src/tokenizers/pretrained-tokenizer";
import { startEngine } from "../engine";
import { tinyBert } from "../models/tiny-bert";

const TEXTS = ["a good film", "bad", "a good bad film a good bad film a good bad film", ""];

describe("pipeline", () => {
  let tokenizer: PreTrainedTokenizer;
  let folder: string;

  before(async () => {
    await startEngine("wasm");
    folder = mkdtempSync(path.join(tmpdir(), "finetune-pipeline-"));
    const vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "good", "bad", "film"];
    await writeFile(path.join(folder, "vocab.txt"), vocabulary.join("\n") + "\n");
    await writeFile(path.join(folder, "tokenizer_config.json"), JSON.stringify({ model_max_length: 12 }));
    await tinyBert({ id2label: ["negative", "positive", "mixed"] }).savePretrained(folder);
    tokenizer = await AutoTokenizer.fromPretrained(folder);
    assert.ok(tokenizer instanceof BertTokenizer);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  const classifier = (batchSize?: number) =>
    pipeline("text-classification", {
      model: tinyBert({ id2label: ["negative", "positive", "mixed"] }),
      tokenizer,
      batchSize,
    });

  test("one text gives its best label", async () => {
    const answer = await classifier()("a good film");
    assert.equal(answer.length, 1);
    assert.ok(["negative", "positive", "mixed"].includes(answer[0]!.label));
    assert.ok(answer[0]!.score > 1 / 3 && answer[0]!.score < 1);
  });

  test("topK gives more of them, best first; null gives all, and they add up to 1", async () => {
    const classify = classifier();
    const all = await classify("a good film", { topK: null });
    assert.equal(all.length, 3);
    assert.ok(Math.abs(all.reduce((sum, { score }) => sum + score, 0) - 1) < 1e-6);
    assert.ok(all[0]!.score >= all[1]!.score && all[1]!.score >= all[2]!.score);
    assert.deepEqual(await classify("a good film", { topK: 2 }), all.slice(0, 2));
    assert.deepEqual(await classify("a good film"), all.slice(0, 1));
  });

  test("many texts give an answer each, in their order, whatever the batches", async () => {
    const together = await classifier()(TEXTS, { topK: null });
    const inPairs = await classifier(2)(TEXTS, { topK: null });
    const best = await classifier()(TEXTS);
    assert.equal(together.length, TEXTS.length);
    for (const [index, text] of TEXTS.entries()) {
      const alone = await classifier()(text, { topK: null });
      for (const [rank, { label, score }] of alone.entries()) {
        for (const { label: otherLabel, score: otherScore } of [
          together[index]![rank]!,
          inPairs[index]![rank]!,
        ]) {
          assert.equal(otherLabel, label);
          assert.ok(Math.abs(otherScore - score) < 1e-6);
        }
      }
      assert.equal(best[index]!.label, alone[0]!.label);
    }
    assert.deepEqual(await classifier()([]), []);
    // As the types say, and as in transformers: a list of labels for each, also where one label was asked for.
    const one = await classifier()(TEXTS, { topK: 1 });
    assert.deepEqual(
      one.map(([first, ...others]) => [first, others.length]),
      best.map((first) => [first, 0]),
    );
  });

  test("a model in training is asked without dropout, and goes on training", async () => {
    const model = tinyBert({ hiddenDropoutProb: 0.5 }).train();
    const classify = pipeline("sentiment-analysis", { model, tokenizer });
    const before = tf.memory().numTensors;
    const first = await classify("a good film");
    assert.deepEqual(await classify("a good film"), first);
    assert.equal(model.training, true);
    assert.equal(tf.memory().numTensors, before);
  });

  test("a folder brings model and tokenizer", async () => {
    const classify = pipeline("text-classification", { model: folder });
    assert.deepEqual(await classify("a good film"), await classifier()("a good film"));
  });

  test("one label is a regression: its value", async () => {
    const [answer] = await pipeline("text-classification", { model: tinyBert({ numLabels: 1 }), tokenizer })(
      "bad",
    );
    assert.equal(answer!.label, "LABEL_0");
    assert.ok(Number.isFinite(answer!.score));
  });

  test("bad requests", async () => {
    const model = tinyBert();
    assert.throws(() => pipeline("translation" as "sentiment-analysis", { model, tokenizer }), ConfigError);
    assert.throws(() => pipeline("text-classification", { model }), /tokenizer/);
    await assert.rejects(classifier()("bad", { topK: 0 }), /topK is 0/);
  });

  test("the problem decides what scores are: probabilities of one, of each, or values", async () => {
    const scores = async (options: Parameters<typeof tinyBert>[0], call = {}) => {
      const classify = pipeline("text-classification", { model: tinyBert(options), tokenizer });
      const found = await classify("a good film", { topK: null, ...call });
      return found.sort((a, b) => (a.label < b.label ? -1 : 1)).map(({ score }) => score);
    };
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const close = (found: number[], expected: number[]) => {
      assert.equal(found.length, expected.length);
      for (const [i, score] of found.entries()) assert.ok(Math.abs(score - expected[i]!) < 1e-6);
    };
    const logits = await scores({ numLabels: 3, problemType: "regression" });
    const total = logits.reduce((sum, x) => sum + Math.exp(x), 0);
    close(
      await scores({ numLabels: 3 }),
      logits.map((x) => Math.exp(x) / total),
    );
    close(await scores({ numLabels: 3, problemType: "multi_label_classification" }), logits.map(sigmoid));
    close(await scores({ numLabels: 3 }, { functionToApply: "none" }), logits);
    const [value] = await scores({ numLabels: 1, problemType: "regression" });
    close(await scores({ numLabels: 1 }), [sigmoid(value!)]);
    await assert.rejects(scores({ numLabels: 1 }, { functionToApply: "relu" }), ConfigError);
  });
});
