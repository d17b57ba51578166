import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { holdOutSentences } from "../../bench/held-out";

describe("sentences kept apart from training", () => {
  const rows = ["a good film", "good film", "bad", "a bad film indeed ", "film", "a good film", "goodness"];

  test("only rows that are part of no other are kept apart", () => {
    const { heldOut } = holdOutSentences(rows, 3);
    assert.deepEqual(heldOut, [0, 3, 6]);
  });

  test("no training row is a part of them, by whole words", () => {
    const { training, heldOut } = holdOutSentences(rows, 2);
    assert.deepEqual(heldOut, [0, 3]);
    assert.deepEqual(training, [6]);
    assert.deepEqual(holdOutSentences(rows, 1), { heldOut: [0], training: [2, 3, 6] });
  });
});
