import assert from "node:assert/strict";
import test from "node:test";
import { squeeze } from "../../lib/src/evaluation/squeeze";

test("the only value of each row, of a matrix or of nested arrays", () => {
  const data = Float32Array.of(0.5, -2);
  assert.deepEqual(squeeze({ data, shape: [2, 1] }), Float64Array.of(0.5, -2));
  assert.deepEqual(squeeze([[3], [4]]), Float64Array.of(3, 4));
  assert.throws(() => squeeze({ data, shape: [1, 2] }), /expected \[rows, 1\], found shape \[1, 2\]/);
  assert.throws(() => squeeze([[1], [1, 2]]), /row 1 has 2 values/);
});
