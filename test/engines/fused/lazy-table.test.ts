import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { adamw } from "../../../lib/src/ops/adamw";
import { takeRows } from "../../../lib/src/ops/take-rows";
import { randomNormal, randomUint32 } from "../../../lib/src/random";
import { noNative, startEngine } from "../../engine";

const ENTRIES = 5000;
const HIDDEN = 20;

interface Trained {
  table: tf.Variable;
  first: tf.Variable;
  second: tf.Variable;
}

/** A few steps on a table, of which each looks up few rows. */
function train(
  isSparse: boolean,
  steps: number,
  afterStep: (trained: Trained, step: number) => void,
): Float32Array[] {
  const variable = (values: Float32Array) => tf.tidy(() => tf.variable(tf.tensor(values, [ENTRIES, HIDDEN])));
  const size = ENTRIES * HIDDEN;
  const table = variable(randomNormal(size, 1, { seed: 1, site: 1 }));
  const trained = {
    table,
    first: variable(new Float32Array(size)),
    second: variable(new Float32Array(size)),
  };
  for (let step = 1; step <= steps; step++) {
    const ids = Int32Array.from(randomUint32(new Uint32Array(9), { seed: 2, site: step }), (x) => x % 100);
    tf.tidy(() => {
      const lookUp = (x: tf.Tensor) => takeRows(x as tf.Tensor2D, tf.tensor1d(ids, "int32")).square();
      const gradient = tf.grad(lookUp)(table);
      // What tf.add returns is a matrix like any other.
      const given = isSparse ? gradient : tf.add(gradient, tf.zerosLike(gradient));
      const settings = { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01, gradientScale: 0.5 };
      const { first: firstMoment, second: secondMoment } = trained;
      adamw(
        { parameter: table, gradient: given, firstMoment, secondMoment },
        { ...settings, learningRate: 0.01 / step, step },
      );
    });
    afterStep(trained, step);
  }
  const result = Object.values(trained).map((x) => x.dataSync() as Float32Array);
  tf.dispose(Object.values(trained));
  return result;
}

describe("AdamW on a table of which steps touch few rows", { skip: noNative }, () => {
  before(() => startEngine("native"));

  test("is bit for bit what it is on all rows", () => {
    const steps = 150;
    const dense = train(false, steps, () => undefined);
    const sparse = train(true, steps, () => undefined);
    const read = train(true, steps, ({ table, second }, step) => {
      if (step % 7 === 0) table.dataSync();
      if (step % 11 === 0) tf.tidy(() => tf.sum(second).dataSync());
    });
    for (const [i, expected] of dense.entries()) {
      assert.ok(Buffer.from(expected.buffer).equals(Buffer.from(sparse[i]!.buffer)), `tensor ${i}`);
      assert.ok(
        Buffer.from(expected.buffer).equals(Buffer.from(read[i]!.buffer)),
        `tensor ${i}, read on the way`,
      );
    }
  });

  test("a table that outlives its moments, or gets other values, is right", () => {
    const expected: Float32Array[] = [];
    train(
      false,
      20,
      ({ table }, step) => void (step === 20 && expected.push(table.dataSync() as Float32Array)),
    );
    train(true, 20, ({ table, first }, step) => {
      if (step !== 20) return;
      first.assign(tf.zerosLike(first));
      assert.deepEqual(table.dataSync(), expected[0]);
      table.assign(tf.onesLike(table));
      assert.ok(table.dataSync().every((value) => value === 1));
    });
  });
});
