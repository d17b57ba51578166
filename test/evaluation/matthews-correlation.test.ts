import assert from "node:assert/strict";
import { test } from "node:test";
import { matthewsCorrelation } from "../../lib/src/evaluation/matthews-correlation";

test("two labels: (tp tn - fp fn) over the root of the margins", () => {
  // tp 3, tn 2, fp 1, fn 2
  const inputs = { references: [1, 1, 1, 1, 1, 0, 0, 0], predictions: [1, 1, 1, 0, 0, 0, 0, 1] };
  assert.ok(Math.abs(matthewsCorrelation(inputs) - (3 * 2 - 1 * 2) / Math.sqrt(4 * 5 * 3 * 4)) < 1e-12);
});

test("1 if all is right, -1 if all is reversed, 0 if only one label is predicted", () => {
  assert.ok(Math.abs(matthewsCorrelation({ references: [0, 1, 2], predictions: [0, 1, 2] }) - 1) < 1e-12);
  assert.ok(
    Math.abs(matthewsCorrelation({ references: [0, 1, 0, 1], predictions: [1, 0, 1, 0] }) + 1) < 1e-12,
  );
  assert.equal(matthewsCorrelation({ references: [0, 1, 1], predictions: [1, 1, 1] }), 0);
});
