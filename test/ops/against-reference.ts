import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { withCompositeOps } from "../../lib/src/ops/fused";
import { randomNormal } from "../../lib/src/random";
import { onEachEngine } from "../engine";

/** A differentiable input: its values in double precision, row-major. */
export interface Input {
  values: Float64Array;
  shape: number[];
}

export interface OpCase {
  inputs: Input[];
  op: (...inputs: tf.Tensor[]) => tf.Tensor;
  /** The same in plain double precision. */
  reference: (...inputs: Float64Array[]) => Float64Array;
  /** Absolute, on values and gradients that are about 1. Default 3e-6. */
  tolerance?: number;
}

const STEP = 1e-5;

/** Random numbers of about 1 that a float32 holds exactly. */
export function normal(shape: number[], site: number): Input {
  const size = shape.reduce((product, length) => product * length, 1);
  return { values: Float64Array.from(randomNormal(size, 1, { seed: 7, site })), shape };
}

/**
 * Compares an op's value with a reference in double precision, and its gradients with central differences of that
 * reference; on every engine, with fused kernels and without.
 */
export function checkOp(name: string, make: () => OpCase): void {
  onEachEngine(name, () => {
    for (const form of ["as dispatched", "composite"] as const) {
      test(form, () => {
        const { inputs, op, reference, tolerance = 3e-6 } = make();
        const expected = reference(...inputs.map(({ values }) => values));
        const weights = randomNormal(expected.length, 1, { seed: 8, site: 0 });
        const { value, gradients } = run(form, inputs, op, weights);
        assertClose(value, expected, tolerance, "value");
        for (const [which, gradient] of gradients.entries()) {
          const numeric = centralDifferences(inputs, which, reference, weights);
          assertClose(gradient, numeric, tolerance, `gradient of input ${which}`);
        }
      });
    }
  });
}

/** Value and gradients of an op, the gradients under the given weights of the value's elements. */
export function run(
  form: "as dispatched" | "composite",
  inputs: Input[],
  op: (...inputs: tf.Tensor[]) => tf.Tensor,
  weights: Float32Array,
): { value: Float32Array; gradients: Float32Array[] } {
  const before = tf.memory().numTensors;
  const compute = () =>
    tf.tidy(() => {
      const tensors = inputs.map(({ values, shape }) => tf.tensor(Float32Array.from(values), shape));
      const value = op(...tensors);
      const gradients = tf.grads((...xs: tf.Tensor[]) => op(...xs))(tensors, tf.tensor(weights, value.shape));
      return {
        value: value.dataSync().slice() as Float32Array,
        gradients: gradients.map((gradient, index) => {
          assert.deepEqual(gradient.shape, inputs[index]!.shape);
          return gradient.dataSync().slice() as Float32Array;
        }),
      };
    });
  const result = form === "composite" ? withCompositeOps(compute) : compute();
  assert.equal(tf.memory().numTensors, before, "tensors left behind");
  return result;
}

function centralDifferences(
  inputs: Input[],
  which: number,
  reference: (...inputs: Float64Array[]) => Float64Array,
  weights: Float32Array,
): Float64Array {
  const weighted = (index: number, change: number) => {
    const changed = inputs.map(({ values }) => values.slice());
    changed[which]![index]! += change;
    return reference(...changed).reduce((sum, value, i) => sum + value * weights[i]!, 0);
  };
  return inputs[which]!.values.map((_, i) => (weighted(i, STEP) - weighted(i, -STEP)) / (2 * STEP));
}

export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = "value",
): void {
  assert.equal(actual.length, expected.length, `${what}: number of elements`);
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    assert.ok(Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e)), `${what}[${i}] is ${a}, not ${e}`);
  }
}
