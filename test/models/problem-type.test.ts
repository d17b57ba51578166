import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../../lib/src/errors";
import { AutoModelForSequenceClassification, type FromPretrainedOptions } from "../../lib/src/models/auto";
import { BertConfig } from "../../lib/src/models/bert/configuration";
import type { ProblemType } from "../../lib/src/models/problem-type";
import { startEngine } from "../engine";
import { batchOf, temporaryFolder, tinyBert, warningsOf } from "./tiny-bert";

const ROWS = [[2, 7, 3], [4], [5, 6]];

function lossAndLogits(problemType: ProblemType | null, numLabels: number, labels: tf.Tensor) {
  const model = tinyBert({ numLabels, problemType });
  const { loss, logits } = model.forward({ ...batchOf(ROWS), labels: labels as tf.Tensor1D });
  return { loss: loss!.arraySync(), logits: logits.arraySync(), found: model.config.problemType };
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} ${b}`);

describe("problem_type", () => {
  before(() => startEngine("cpu"));

  test("several labels are binary cross-entropy, told or seen", () => {
    const targets = [
      [1, 0, 1],
      [0, 0, 0.5],
      [1, 1, 0],
    ];
    for (const told of [null, "multi_label_classification"] as const) {
      const { loss, logits, found } = lossAndLogits(told, 3, tf.tensor2d(targets));
      assert.equal(found, "multi_label_classification");
      const losses = logits.flat().map((x, i) => Math.log1p(Math.exp(x)) - targets.flat()[i]! * x);
      close(loss, mean(losses));
    }
  });

  test("whole labels, a list a row, are several labels too", () => {
    const whole = tf.tensor2d([1, 0, 1, 0, 0, 1], [3, 2], "int32");
    assert.equal(lossAndLogits(null, 2, whole).found, "multi_label_classification");
  });

  test("a regression of several values is the mean squared error", () => {
    const targets = [
      [1, -2],
      [0.5, 7],
      [3, 4],
    ];
    const { loss, logits } = lossAndLogits("regression", 2, tf.tensor2d(targets));
    close(loss, mean(logits.flat().map((x, i) => (x - targets.flat()[i]!) ** 2)));
    assert.equal(lossAndLogits(null, 1, tf.tensor1d([1, 2, 3])).found, "regression");
    const column = lossAndLogits(null, 1, tf.tensor2d([1, 2, 3], [3, 1])).loss;
    close(column, lossAndLogits(null, 1, tf.tensor1d([1, 2, 3])).loss);
  });

  test("labels that are no answer are refused, with their row", () => {
    const refuses = (type: ProblemType | null, count: number, labels: tf.Tensor, message: RegExp) =>
      assert.throws(
        () => lossAndLogits(type, count, labels),
        (error) => {
          return error instanceof ConfigError && message.test(error.message);
        },
      );
    refuses(
      "single_label_classification",
      2,
      tf.tensor2d([
        [1, 0],
        [0, 1],
        [1, 1],
      ]),
      /list of 2 labels/,
    );
    refuses("multi_label_classification", 3, tf.tensor1d([1, 2, 0]), /one label; this model has 3/);
    refuses(
      null,
      3,
      tf.tensor2d([
        [1, 0],
        [0, 1],
        [1, 1],
      ]),
      /has 2 labels; this model has 3/,
    );
    refuses(
      null,
      3,
      tf.tensor2d([
        [1, 0, 1],
        [0, 0, 3],
        [1, 1, 0],
      ]),
      /Row 1 of the batch has 3 for label 2/,
    );
    refuses(null, 2, tf.tensor1d([0, 1, 2], "int32"), /Row 2 of the batch has the label 2/);
  });

  test("it is read, written as it is, and left behind with the old labels", async (context) => {
    const folder = temporaryFolder(context);
    await tinyBert({ numLabels: 3, problemType: "multi_label_classification" }).savePretrained(folder);
    const file = path.join(folder, "config.json");
    const saved = (at = file) => JSON.parse(readFileSync(at, "utf8")) as Record<string, unknown>;
    assert.equal(saved().problem_type, "multi_label_classification");
    const load = (name: string, options?: FromPretrainedOptions) =>
      AutoModelForSequenceClassification.fromPretrained(name, options);
    assert.equal((await load(folder)).config.problemType, "multi_label_classification");
    assert.equal((await load(folder, { problemType: null })).config.problemType, null);
    await warningsOf(async () => {
      const model = await load(folder, { numLabels: 2, ignoreMismatchedSizes: true });
      assert.equal(model.config.problemType, null);
      await model.savePretrained(path.join(folder, "other"));
    });
    assert.equal(saved(path.join(folder, "other", "config.json")).problem_type, undefined);
    await writeFile(file, JSON.stringify({ ...saved(), problem_type: "multilabel" }));
    await assert.rejects(load(folder), /problem_type is "multilabel"; it has to be one of single_label/);
  });

  test("one output without a problem stays without until it is trained", () => {
    assert.equal(new BertConfig({ numLabels: 1 }).toJson().problem_type, undefined);
  });
});
