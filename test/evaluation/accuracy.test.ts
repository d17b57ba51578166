import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../lib/src/errors";
import { accuracy } from "../../lib/src/evaluation/accuracy";
import type { MetricInputs } from "../../lib/src/evaluation/inputs";

test("accuracy is the share of equal labels", () => {
  assert.equal(accuracy({ predictions: [2, 0, 1, 1], references: [2, 1, 1, 1] }), 0.75);
});

test("predictions and references that cannot be compared are refused", () => {
  const refuse = (predictions: unknown, references: unknown, message: RegExp) =>
    assert.throws(
      () => accuracy({ predictions, references } as MetricInputs),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
  refuse([1, 0], [1], /2 predictions but 1 references/);
  refuse([], [], /are empty/);
  refuse(undefined, [1], /`predictions` is no array/);
  refuse(
    [0, 0.7],
    [0, 1],
    /predictions\[1\] is 0\.7; class labels must be integers\. Of logits, take `argmax/,
  );
  refuse([[0.1, 0.9]], [1], /predictions\[0\] is 0\.1,0\.9/);
  refuse([0, 1], [0, NaN], /references\[1\] is NaN; class labels must be integers\.$/);
});
