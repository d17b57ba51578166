import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../lib/src/errors";
import { pearsonr } from "../../lib/src/evaluation/pearsonr";
import { spearmanr } from "../../lib/src/evaluation/spearmanr";

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);

test("Pearson's correlation is of the values, Spearman's of the ranks", () => {
  const inputs = { predictions: [1, 2, 3, 10], references: [1, 2, 3, 4] };
  close(pearsonr(inputs), 14 / Math.sqrt(50 * 5));
  close(spearmanr(inputs), 1);
  close(pearsonr({ predictions: [1, 2, 3], references: [6, 4, 2] }), -1);
});

test("a large common offset costs no digits", () => {
  const inputs = { predictions: [1e8 + 1, 1e8 + 2, 1e8 + 3, 1e8 + 10], references: [1, 2, 3, 4] };
  close(pearsonr(inputs), 14 / Math.sqrt(50 * 5));
});

test("ties share the mean of their ranks", () => {
  // Ranks 1.5 1.5 3.5 3.5 against 1 2 3 4.
  close(spearmanr({ predictions: [5, 5, 7, 7], references: [1, 2, 3, 4] }), 4 / Math.sqrt(4 * 5));
});

test("a constant or a NaN has no correlation", () => {
  for (const metric of [pearsonr, spearmanr]) {
    assert.ok(Number.isNaN(metric({ predictions: [1, 1, 1], references: [1, 2, 3] })));
    assert.ok(Number.isNaN(metric({ predictions: [1, NaN, 3], references: [1, 2, 3] })));
  }
});

test("fewer than two rows, or rows that are no numbers, are refused", () => {
  const refuse = (predictions: unknown[], references: number[], message: RegExp) =>
    assert.throws(
      () => pearsonr({ predictions: predictions as number[], references }),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
  refuse([1], [1], /one row; it needs at least 2/);
  refuse([], [], /empty; it needs at least 2/);
  refuse([[0.5], [0.6]], [1, 2], /predictions\[0\] is 0\.5; it compares one number a row/);
});
