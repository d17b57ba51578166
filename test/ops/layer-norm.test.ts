import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { layerNorm } from "../../lib/src/ops/layer-norm";
import { onEachEngine } from "../engine";
import { assertClose, checkOp, normal } from "./against-reference";
import * as double from "./double-precision";

checkOp("layerNorm", () => ({
  inputs: [normal([4, 6], 1), normal([6], 2), normal([6], 3)],
  op: (x, gamma, beta) => layerNorm(x as tf.Tensor2D, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-12),
  reference: (x, gamma, beta) => double.layerNorm(x, gamma, beta, 1e-12),
  tolerance: 1e-5,
}));

onEachEngine("layerNorm by hand", () => {
  const normalise = (row: number[], eps: number) =>
    tf.tidy(() =>
      layerNorm(tf.tensor2d([row]), tf.ones([row.length]), tf.zeros([row.length]), eps).dataSync(),
    );

  test("a row of 1, 2, 3, 4", () => {
    assertClose(normalise([1, 2, 3, 4], 0), [-1.3416408, -0.4472136, 0.4472136, 1.3416408], 1e-6);
  });

  test("a constant row is 0, not NaN", () => {
    assert.deepEqual([...normalise([2, 2, 2], 1e-12)], [0, 0, 0]);
  });
});
