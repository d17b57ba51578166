import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { tanh } from "../../lib/src/ops/tanh";
import { onEachEngine } from "../engine";
import { assertClose, checkOp, normal } from "./against-reference";

checkOp("tanh", () => ({
  inputs: [normal([7, 9], 1)],
  op: tanh,
  reference: (x) => x.map(Math.tanh),
}));

onEachEngine("tanh from end to end", () => {
  test("small numbers keep their digits, large ones are 1, and NaN stays NaN", () => {
    const x = [-Infinity, -100, -9, -0.625, -1e-3, -1e-20, 0, 1e-20, 1e-6, 0.6249, 0.625, 2, 100, Infinity];
    tf.tidy(() => {
      const y = tanh(tf.tensor1d(x)).dataSync();
      assertClose(y, x.map(Math.tanh), 1.5e-7);
      for (const [i, small] of x.entries()) {
        if (Math.abs(small) <= 1e-3) assert.ok(Math.abs(y[i]! - Math.tanh(small)) <= 2e-7 * Math.abs(small));
      }
      assert.ok(Number.isNaN(tanh(tf.tensor1d([NaN, 1])).dataSync()[0]));
    });
  });
});
