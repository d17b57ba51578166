import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "../../lib/src/errors";
import { wilsonInterval } from "../../lib/src/evaluation/wilson-interval";

describe("wilsonInterval", () => {
  it("is scipy.stats.binomtest(k, n).proportion_ci(method='wilson')", () => {
    const cases: [number, number, number, number][] = [
      [412, 450, 0.886216, 0.93786],
      [0, 10, 0, 0.277533],
      [10, 10, 0.722467, 1],
      [1, 2, 0.094531, 0.905469],
    ];
    for (const [right, rows, low, high] of cases) {
      const [ours, theirs] = wilsonInterval(right, rows);
      assert.ok(
        Math.abs(ours - low) < 2e-6 && Math.abs(theirs - high) < 2e-6,
        `${right}/${rows}: ${ours}, ${theirs}`,
      );
    }
  });

  it("refuses what cannot be", () => {
    assert.throws(() => wilsonInterval(1, 0), ConfigError);
    assert.throws(() => wilsonInterval(3, 2), ConfigError);
    assert.throws(() => wilsonInterval(NaN, 2), ConfigError);
  });
});
