import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { takeRows } from "../../lib/src/ops/take-rows";
import { onEachEngine } from "../engine";
import { checkOp, normal } from "./against-reference";

const IDS = [3, 0, 3, 1, 3];

checkOp("takeRows, an id more than once", () => ({
  inputs: [normal([5, 4], 1)],
  op: (table) => takeRows(table as tf.Tensor2D, tf.tensor1d(IDS, "int32")),
  reference: (table) => Float64Array.from(IDS.flatMap((id) => [...table.subarray(id * 4, id * 4 + 4)])),
}));

onEachEngine("takeRows with a padding row", () => {
  test("the padding row is looked up but gets no gradient", () => {
    tf.tidy(() => {
      const table = tf.tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
      ]);
      const ids = tf.tensor1d([1, 0, 2, 1], "int32");
      const lookUp = (x: tf.Tensor) => takeRows(x as tf.Tensor2D, ids, 1);
      assert.deepEqual(lookUp(table).arraySync(), [
        [3, 4],
        [1, 2],
        [5, 6],
        [3, 4],
      ]);
      assert.deepEqual(tf.grad(lookUp)(table).arraySync(), [
        [1, 1],
        [0, 0],
        [1, 1],
      ]);
    });
  });
});
