import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { dropout } from "../../lib/src/ops/dropout";
import * as random from "../../lib/src/random";
import { onEachEngine } from "../engine";
import { checkOp, normal } from "./against-reference";

const KEY = { seed: 42, site: 3, step: 17 };

checkOp("dropout", () => {
  const mask = random.dropoutMask(30, 0.3, KEY);
  return {
    inputs: [normal([5, 6], 1)],
    op: (x) => dropout(x, 0.3, KEY),
    reference: (x) => x.map((value, i) => value * mask[i]!),
  };
});

onEachEngine("dropout of ones", () => {
  const dropped = (size: number, rate: number, key: random.RandomKey) =>
    tf.tidy(() => dropout(tf.ones([size]), rate, key).dataSync());

  for (const rate of [0.1, 0.5, 0.9]) {
    test(`drops a share of ${rate} and keeps the mean`, () => {
      const size = 40_000;
      const values = dropped(size, rate, KEY);
      const zeros = values.filter((value) => value === 0).length;
      // Five standard deviations of a binomial distribution.
      assert.ok(Math.abs(zeros - size * rate) < 5 * Math.sqrt(size * rate * (1 - rate)), `${zeros} zeros`);
      const kept = Math.fround(1 / (1 - rate));
      assert.ok(values.every((value) => value === 0 || value === kept));
    });
  }

  test("the same key drops the same elements, another seed, site or step others", () => {
    const first = dropped(256, 0.5, KEY);
    assert.deepEqual(dropped(256, 0.5, KEY), first);
    for (const other of [{ seed: 43 }, { site: 4 }, { step: 18 }]) {
      assert.notDeepEqual(dropped(256, 0.5, { ...KEY, ...other }), first);
    }
  });

  test("a part drops what it would in the whole", () => {
    const whole = dropped(300, 0.5, KEY);
    for (const first of [1, 4, 130, 299]) {
      assert.deepEqual(dropped(300 - first, 0.5, { ...KEY, first }), whole.slice(first));
    }
  });

  test("rate 0 is the tensor itself", () => {
    tf.tidy(() => {
      const x = tf.ones([3]);
      assert.equal(dropout(x, 0, KEY), x);
    });
  });
});
