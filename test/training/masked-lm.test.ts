import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { DataCollatorForLanguageModeling } from "../../lib/src/collators/data-collator-for-language-modeling";
import { BertConfig } from "../../lib/src/models/bert/configuration";
import { BertForMaskedLM } from "../../lib/src/models/bert/for-masked-lm";
import { BertTokenizer } from "../../lib/src/tokenizers/bert-tokenizer";
import { onEachEngine } from "../engine";
import { TINY } from "../models/tiny-bert";
import { computeMetrics, tinyDataset, tinyTrainer } from "./tiny-task";

const WORDS = Array.from({ length: 25 }, (_, i) => `w${i}`);
const tokenizer = BertTokenizer.fromVocab(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...WORDS]);

onEachEngine("a masked language model in the Trainer", () => {
  test("learns, is evaluated on the same masks each time, and leaves no tensors behind", async () => {
    const model = new BertForMaskedLM(
      new BertConfig({ ...TINY, initializerRange: 0.3 }),
      3,
    ).initializeWeights();
    const dataCollator = new DataCollatorForLanguageModeling({ tokenizer, mlmProbability: 0.4 });
    const trainer = tinyTrainer({ maxSteps: 60 }, { model, dataCollator, computeMetrics });
    const before = await trainer.evaluate();
    const tensors = tf.memory().numTensors;
    assert.deepEqual((await trainer.evaluate()).eval_loss, before.eval_loss);
    const { predictions, labelIds } = await trainer.predict(tinyDataset(20, 2));
    assert.equal(tf.memory().numTensors, tensors, "tensors left behind");
    assert.deepEqual(predictions.shape, [labelIds!.length, 30]);
    await trainer.train();
    const after = await trainer.evaluate();
    assert.ok(after.eval_loss! < before.eval_loss!, `${before.eval_loss} ${after.eval_loss}`);
    assert.ok(after.eval_accuracy! > before.eval_accuracy!);
    model.dispose();
  });
});
