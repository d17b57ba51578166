import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../lib/src/errors";
import { rocAuc } from "../../lib/src/evaluation/roc-auc";

test("the larger label is the positive one, and ties count half", () => {
  assert.equal(rocAuc({ predictionScores: [0.1, 0.4, 0.4, 0.8], references: [3n, 3n, 5n, 5n] }), 0.875);
});

test("what has no area is refused with the reason", () => {
  const refuses = (inputs: Parameters<typeof rocAuc>[0], message: RegExp, options = {}) =>
    assert.throws(
      () => rocAuc(inputs, options),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
  refuses({ predictionScores: [0.1, 0.2], references: [1, 1] }, /need two labels/);
  refuses({ predictionScores: [0.1], references: [1, 0] }, /1 rows of scores but 2/);
  refuses({ predictionScores: [[0.1, 0.9]], references: [1] }, /`multiClass`/);
  refuses({ predictionScores: [[0.1, 0.9]], references: [[1, 1]] }, /label 0 are of one class/);
  refuses({ predictionScores: [0.1, NaN], references: [0, 1] }, /predictionScores\[1\]/);
  refuses({ predictionScores: [0.1, 0.2], references: [0, 1] }, /unknown `average`/, { average: "mean" });
});
