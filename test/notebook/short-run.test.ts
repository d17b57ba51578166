import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { explainArguments } from "../../notebook/src/explain-arguments";
import { shortRun } from "../../notebook/src/short-run";
import { TrainingArguments } from "../../lib/src/training/training-arguments";
import { startEngine } from "../engine";
import { tinyBert } from "../models/tiny-bert";
import { collate, tinyDataset } from "../training/tiny-task";

describe("shortRun", () => {
  before(() => startEngine("wasm"));

  it("trains, says what came of it, and leaves nothing behind", async () => {
    const sets = { trainDataset: tinyDataset(40), evalDataset: tinyDataset(20, 2), dataCollator: collate };
    const before = tf.memory().numTensors;
    const modelInit = () => tinyBert().freeze("bert");
    const { graded, accuracy, history, trainable, ...figures } = await shortRun({
      ...sets,
      modelInit,
      args: { numTrainEpochs: 2, perDeviceTrainBatchSize: 8, learningRate: 0.01, loggingSteps: 2 },
    });
    assert.equal(tf.memory().numTensors, before);
    assert.equal(graded.length, 20);
    assert.equal(accuracy, graded.filter(({ right }) => right).length / 20);
    assert.equal(history.filter((entry) => entry.eval_loss !== undefined).length, 2);
    assert.equal(
      figures.validationLoss,
      history.filter((entry) => entry.eval_loss !== undefined)[1]!.eval_loss,
    );
    assert.equal(figures.trainingLoss, history.filter((entry) => entry.loss !== undefined).at(-1)!.loss);
    assert.equal(trainable, 2 * 8 + 2);
  });

  it("frees the model where training fails", async () => {
    const before = tf.memory().numTensors;
    const bad = { length: 8, at: () => ({ input_ids: [99], label: 0 }) };
    await assert.rejects(
      shortRun({ trainDataset: bad, evalDataset: bad, dataCollator: collate, modelInit: () => tinyBert() }),
    );
    assert.equal(tf.memory().numTensors, before);
  });
});

describe("explainArguments", () => {
  it("shows the values of this run, what is usual, and why", () => {
    const args = new TrainingArguments({ outputDir: "out", learningRate: 3e-4, warmupSteps: 68, bf16: true });
    const text = explainArguments(args).toMimeBundle()["text/plain"];
    assert.match(text, /^Training arguments\nargument +this run +usual +why\n/);
    assert.match(text, /\nlearningRate +0\.0003 +1e-5–1e-4 +\S/);
    assert.match(text, /\nwarmupSteps +68 /);
    assert.match(text, /\nbf16 +true +true /);
  });
});
