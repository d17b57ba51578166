import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../lib/src/errors";
import { f1 } from "../../lib/src/evaluation/f1";

// Label 0: tp 1, fp 1, fn 1. Label 1: tp 2, fp 1, fn 0. Label 2: tp 0, fp 0, fn 1.
const three = { references: [0, 0, 1, 1, 2], predictions: [0, 1, 1, 1, 0] };

test("binary F1 is that of the positive label", () => {
  const inputs = { references: [1, 1, 1, 0, 0], predictions: [1, 1, 0, 1, 0] };
  assert.equal(f1(inputs), 4 / 6);
  assert.equal(f1(inputs, { posLabel: 0 }), 2 / 4);
  assert.equal(f1({ references: [0, 0], predictions: [0, 0] }), 0);
});

test("averages over labels", () => {
  const each = [2 / 4, 4 / 5, 0];
  assert.equal(f1(three, { average: "macro" }), (each[0]! + each[1]! + each[2]!) / 3);
  assert.equal(f1(three, { average: "weighted" }), (each[0]! * 2 + each[1]! * 2 + each[2]!) / 5);
  assert.equal(f1(three, { average: "micro" }), 3 / 5);
});

test("binary F1 of more than two labels, or without its positive label, is refused", () => {
  assert.throws(
    () => f1(three),
    (error) => error instanceof ConfigError && /0, 1, 2.*"macro"/.test(error.message),
  );
  assert.throws(() => f1({ references: [2, 3], predictions: [2, 3] }), /posLabel/);
  assert.throws(() => f1(three, { average: "median" as "macro" }), /unknown `average` "median"/);
});
