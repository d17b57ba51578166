import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { onEachEngine } from "../../engine";

onEachEngine("unsortedSegmentSum", () => {
  const sum = (x: number[][], ids: number[], segments: number) =>
    tf.tidy(() => tf.unsortedSegmentSum(tf.tensor2d(x), tf.tensor1d(ids, "int32"), segments).arraySync());

  test("adds rows up, in any order, and leaves segments without rows at 0", () => {
    const rows = [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ];
    assert.deepEqual(sum(rows, [2, 0, 2, 0], 4), [
      [10, 12],
      [0, 0],
      [6, 8],
      [0, 0],
    ]);
  });

  test("drops rows of a negative segment and refuses one beyond the end", () => {
    assert.deepEqual(sum([[1], [2]], [-1, 1], 2), [[0], [2]]);
    assert.throws(() => sum([[1], [2]], [0, 2], 2), /segment 2 of row 1 is outside 0 … 1/);
  });

  test("is the gradient of gather", () => {
    tf.tidy(() => {
      const ids = tf.tensor1d([1, 1, 2], "int32");
      const gradient = tf.grad((table) => tf.gather(table, ids))(tf.zeros([3, 2]));
      assert.deepEqual(gradient.arraySync(), [
        [0, 0],
        [2, 2],
        [1, 1],
      ]);
    });
  });

  test("of one dimension", () => {
    const values = tf.tidy(() =>
      tf.unsortedSegmentSum(tf.tensor1d([1, 2, 3]), tf.tensor1d([0, 1, 0], "int32"), 2).arraySync(),
    );
    assert.deepEqual(values, [4, 2]);
  });
});
