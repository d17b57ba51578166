import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { normal } from "../../ops/against-reference";
import { onEachEngine } from "../../engine";

/** a [rows, inner] * b [inner, columns], each stored the other way round where it is transposed. */
function product(rows: number, inner: number, columns: number, flipA: boolean, flipB: boolean): number[][] {
  const a = normal([rows, inner], 1).values;
  const b = normal([inner, columns], 2).values;
  const at = (i: number, k: number) => (flipA ? a[k * rows + i]! : a[i * inner + k]!);
  const bt = (k: number, j: number) => (flipB ? b[j * inner + k]! : b[k * columns + j]!);
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += at(i, k) * bt(k, j);
      return sum;
    }),
  );
}

onEachEngine("matMul", () => {
  for (const flipA of [false, true]) {
    for (const flipB of [false, true]) {
      test(`transposeA ${flipA}, transposeB ${flipB}, leaves nothing behind`, () => {
        for (const [rows, inner, columns] of [
          [3, 5, 4],
          [1, 1, 1],
          [7, 1, 2],
          [16, 33, 9],
        ] as const) {
          const before = tf.memory();
          const result = tf.tidy(() => {
            const a = tf.tensor(
              Float32Array.from(normal([rows, inner], 1).values),
              flipA ? [inner, rows] : [rows, inner],
            );
            const b = tf.tensor(
              Float32Array.from(normal([inner, columns], 2).values),
              flipB ? [columns, inner] : [inner, columns],
            );
            return tf.matMul(a, b, flipA, flipB).arraySync() as number[][];
          });
          const expected = product(rows, inner, columns, flipA, flipB);
          for (const [i, row] of result.entries())
            for (const [j, value] of row.entries())
              assert.ok(
                Math.abs(value - expected[i]![j]!) < 1e-4,
                `[${i}][${j}] ${value} ${expected[i]![j]}`,
              );
          assert.deepEqual(
            [tf.memory().numTensors, tf.memory().numDataBuffers],
            [before.numTensors, before.numDataBuffers],
          );
        }
      });
    }
  }

  test("of batches, transposed", () => {
    tf.tidy(() => {
      const a = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
      const expected = [
        [
          [5, 11],
          [11, 25],
        ],
        [
          [61, 83],
          [83, 113],
        ],
      ];
      assert.deepEqual(tf.matMul(a, a, false, true).arraySync(), expected);
    });
  });

  test("a weight that is updated in place of the old one is noticed", () => {
    const weight = tf.tidy(() => tf.variable(tf.tensor2d([[1, 2]])));
    const x = tf.tensor2d([[1, 1]]);
    const value = () => tf.tidy(() => tf.matMul(x, weight, false, true).dataSync()[0]);
    assert.equal(value(), 3);
    tf.tidy(() => weight.assign(tf.tensor2d([[5, 5]])));
    assert.equal(value(), 10);
    tf.dispose([weight, x]);
  });
});
