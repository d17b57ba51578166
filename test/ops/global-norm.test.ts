import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { globalNorm } from "../../lib/src/ops/global-norm";
import { onEachEngine } from "../engine";

onEachEngine("globalNorm", () => {
  test("3, 4 and 12 in tensors of different shapes have the norm 13", async () => {
    const tensors = [tf.tensor1d([3, 0]), tf.tensor2d([[4]]), tf.scalar(-12)];
    const before = tf.memory().numTensors;
    assert.equal(await globalNorm(tensors), 13);
    assert.equal(tf.memory().numTensors, before);
    tf.dispose(tensors);
  });

  test("NaN anywhere shows", async () => {
    const tensors = [tf.tensor1d([1]), tf.tensor1d([NaN, 2])];
    assert.ok(Number.isNaN(await globalNorm(tensors)));
    tf.dispose(tensors);
  });
});
