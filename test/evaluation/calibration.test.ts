import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "../../lib/src/errors";
import { calibration } from "../../lib/src/evaluation/calibration";

describe("calibration", () => {
  it("is 0 where confidence and accuracy agree in each bin", () => {
    const confidences = [...new Array<number>(10).fill(0.8), ...new Array<number>(4).fill(0.75)];
    const right = [...Array.from({ length: 10 }, (_, i) => i < 8), true, true, true, false];
    assert.ok(calibration({ confidences, right }).ece < 1e-12);
    assert.ok(calibration({ confidences, right }, { bins: 20 }).ece < 1e-12);
  });

  it("weights the distance of each bin by its rows", () => {
    const { ece, bins, confidence, accuracy } = calibration({
      confidences: [0.95, 0.95, 0.95, 0.55],
      right: [true, true, false, true],
    });
    // 3/4 * |2/3 - 0.95| + 1/4 * |1 - 0.55|
    assert.ok(Math.abs(ece - (0.75 * (0.95 - 2 / 3) + 0.25 * 0.45)) < 1e-12);
    assert.deepEqual([bins[9]?.rows, bins[5]?.rows, bins[0]?.rows], [3, 1, 0]);
    assert.ok(Number.isNaN(bins[0]?.accuracy));
    assert.ok(Math.abs(confidence - 0.85) < 1e-12 && accuracy === 0.75);
  });

  it("puts a limit into the bin below it, and 0 into the first, as the paper does", () => {
    const { bins } = calibration({ confidences: [0, 0.5, 1], right: [true, true, true] }, { bins: 2 });
    assert.deepEqual(
      bins.map(({ rows }) => rows),
      [2, 1],
    );
  });

  it("refuses what is no probability, and rows that are missing", () => {
    assert.throws(
      () => calibration({ confidences: [0.5, 1.5], right: [true, true] }),
      /row 1 has a confidence of 1.5/,
    );
    assert.throws(() => calibration({ confidences: [NaN], right: [true] }), ConfigError);
    assert.throws(() => calibration({ confidences: [0.5], right: [] }), /1 confidences and 0 answers/);
    assert.throws(() => calibration({ confidences: [], right: [] }), ConfigError);
    assert.throws(() => calibration({ confidences: [1], right: [true] }, { bins: 0 }), /bins is 0/);
  });
});
