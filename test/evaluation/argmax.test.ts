import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../lib/src/errors";
import { argmax, type Logits } from "../../lib/src/evaluation/argmax";

test("the largest score of each row, of equal ones the first", () => {
  const expected = Int32Array.of(1, 0, 2);
  const rows = [
    [0.1, 0.9, 0.2],
    [3, 3, -1],
    [-5, -4, -3],
  ];
  assert.deepEqual(argmax(rows), expected);
  assert.deepEqual(argmax(rows.map((row) => Float32Array.from(row))), expected);
  assert.deepEqual(argmax({ data: Float32Array.from(rows.flat()), shape: [3, 3] }), expected);
  assert.deepEqual(argmax([]), new Int32Array(0));
});

test("what is no matrix is refused", () => {
  const refuse = (logits: unknown, message: RegExp) =>
    assert.throws(
      () => argmax(logits as Logits),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
  refuse([0.1, 0.9], /row 0 is 0\.1/);
  refuse([[1, 2], []], /row 1 is \[\]/);
  refuse({ data: [1, 2, 3], shape: [3] }, /expected \[rows, classes\], found shape \[3\]/);
  refuse({ data: [1, 2, 3], shape: [2, 2] }, /shape \[2, 2\] with 3 scores/);
});

test("NaN is the largest, as in NumPy", () => {
  assert.deepEqual(
    argmax([
      [1, NaN, 3, NaN],
      [NaN, 5],
      [2, 3],
    ]),
    Int32Array.of(1, 0, 1),
  );
  assert.deepEqual(argmax({ data: [0, 1, 7, NaN], shape: [2, 2] }), Int32Array.of(1, 1));
});
