import assert from "node:assert/strict";
import { test } from "node:test";
import { confusionMatrix } from "../../lib/src/evaluation/confusion-matrix";

const inputs = { references: [2, 0, 2, 2, 0, 5], predictions: [0, 0, 2, 2, 2, 2] };

test("rows are true labels, columns predicted ones, of all labels that occur", () => {
  assert.deepEqual(confusionMatrix(inputs), [
    [1, 1, 0],
    [1, 2, 0],
    [0, 1, 0],
  ]);
});

test("labels choose and order rows and columns", () => {
  assert.deepEqual(confusionMatrix(inputs, { labels: [2, 0] }), [
    [2, 1],
    [1, 1],
  ]);
  assert.throws(() => confusionMatrix(inputs, { labels: [7] }), /none of the labels 7 occurs/);
  assert.throws(() => confusionMatrix(inputs, { labels: [2, 2] }), /twice/);
});

test("normalised by true labels, by predictions, or by all", () => {
  assert.deepEqual(confusionMatrix(inputs, { normalize: "true" })[1], [1 / 3, 2 / 3, 0]);
  assert.deepEqual(confusionMatrix(inputs, { normalize: "pred" })[1], [1 / 2, 2 / 4, 0]);
  assert.deepEqual(confusionMatrix(inputs, { normalize: "all" })[1], [1 / 6, 2 / 6, 0]);
});
