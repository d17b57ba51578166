import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "../../lib/src/errors";
import { softmax } from "../../lib/src/evaluation/softmax";

const rounded = (rows: Float64Array[]) =>
  rows.map((row) => Array.from(row, (value) => Number(value.toFixed(6))));

describe("softmax", () => {
  it("makes probabilities of rows", () => {
    // scipy.special.softmax([[1, 2, 3], [0, 0, 0]], axis=-1)
    assert.deepEqual(rounded(softmax([[1, 2, 3]])), [[0.090031, 0.244728, 0.665241]]);
    assert.deepEqual(rounded(softmax({ data: [0, 0, 2, 0], shape: [2, 2] })), [
      [0.5, 0.5],
      [0.880797, 0.119203],
    ]);
  });

  it("overflows at no score", () => {
    assert.deepEqual(rounded(softmax([[1000, 0]])), [[1, 0]]);
    assert.deepEqual(rounded(softmax([[-1000, -1000]])), [[0.5, 0.5]]);
  });

  it("takes no rows, and refuses a shape that the data does not have", () => {
    assert.deepEqual(softmax([]), []);
    assert.throws(() => softmax({ data: [1, 2, 3], shape: [2, 2] }), ConfigError);
    assert.throws(() => softmax({ data: [1, 2], shape: [2] }), /\[rows, classes\]/);
  });
});
