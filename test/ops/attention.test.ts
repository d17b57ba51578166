import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { attention } from "../../lib/src/ops/attention";
import { withCompositeOps } from "../../lib/src/ops/fused";
import { SequenceLayout } from "../../lib/src/ops/packed-sequences";
import { dropoutMask } from "../../lib/src/random";
import { onEachEngine } from "../engine";
import { assertClose, checkOp, normal } from "./against-reference";
import * as double from "./double-precision";

const HIDDEN = 6;
const KEY = { seed: 1, site: 2, step: 3 };

function offsetsOf(lengths: number[]): number[] {
  const offsets = [0];
  for (const length of lengths) offsets.push(offsets.at(-1)! + length);
  return offsets;
}

const MIXTURES: [string, number[], number][] = [
  ["one sequence of one token", [1], 1],
  ["sequences of one token", [1, 1, 1], 2],
  ["one sequence", [5], 3],
  ["sequences of 1 to 4 tokens", [3, 1, 4, 2], 2],
];

for (const [name, lengths, heads] of MIXTURES) {
  for (const rate of [0, 0.4]) {
    checkOp(`attention: ${name}, dropout ${rate}`, () => {
      const offsets = offsetsOf(lengths);
      const tokens = offsets.at(-1)!;
      const layout = new SequenceLayout(Int32Array.from(offsets));
      const weights = lengths.reduce((sum, length) => sum + heads * length ** 2, 0);
      const mask = rate > 0 ? dropoutMask(weights, rate, KEY) : undefined;
      return {
        inputs: [normal([tokens, HIDDEN], 1), normal([tokens, HIDDEN], 2), normal([tokens, HIDDEN], 3)],
        op: (q, k, v) =>
          attention(q as tf.Tensor2D, k as tf.Tensor2D, v as tf.Tensor2D, layout, {
            heads,
            dropoutRate: rate,
            key: KEY,
          }),
        reference: (q, k, v) => double.attention([q, k, v], offsets, heads, HIDDEN, mask),
        tolerance: 1e-5,
      };
    });
  }
}

// What a family's attention has of its own: a bias, a scale, a window.
for (const [name, lengths, heads, scale, window, rate] of [
  ["a bias", [3, 1, 4, 2], 2, undefined, 0, 0],
  ["a bias, with dropout", [3, 1, 4], 3, undefined, 0, 0.4],
  ["another scale", [5, 2], 2, 0.2, 0, 0],
  ["a window of one token on each side", [1, 2, 6], 1, undefined, 1, 0],
  ["a bias and a window", [7, 3], 2, undefined, 2, 0],
] as const) {
  checkOp(`attention: ${name}`, () => {
    const offsets = offsetsOf([...lengths]);
    const tokens = offsets.at(-1)!;
    const layout = new SequenceLayout(Int32Array.from(offsets));
    const pairs = heads * layout.pairs;
    const mask = rate > 0 ? dropoutMask(pairs, rate, KEY) : undefined;
    const matrix = (site: number) => normal([tokens, HIDDEN], site);
    const hasBias = name.includes("bias");
    return {
      inputs: [matrix(1), matrix(2), matrix(3), ...(hasBias ? [normal([pairs], 4)] : [])],
      op: (q, k, v, bias) =>
        attention(q as tf.Tensor2D, k as tf.Tensor2D, v as tf.Tensor2D, layout, {
          ...{ heads, scale, window, dropoutRate: rate, key: KEY },
          bias: bias as tf.Tensor1D | undefined,
        }),
      reference: (q, k, v, bias) =>
        double.attention([q, k, v], offsets, heads, HIDDEN, mask, { bias, scale, window }),
      tolerance: 1e-5,
    };
  });
}

onEachEngine("attention", () => {
  /** The first `tokens` rows of what a batch of these lengths gives. */
  const contexts = (lengths: number[], tokens: number) =>
    tf.tidy(() => {
      const layout = new SequenceLayout(Int32Array.from(offsetsOf(lengths)));
      const x = (site: number) =>
        tf
          .tensor2d(Float32Array.from(normal([12, HIDDEN], site).values), [12, HIDDEN])
          .slice([0, 0], [layout.tokens, HIDDEN]);
      const out = attention(x(1), x(2), x(3), layout, { heads: 2, dropoutRate: 0.5, key: KEY });
      return out.slice([0, 0], [tokens, HIDDEN]).dataSync();
    });

  for (const form of ["as dispatched", "composite"]) {
    test(`what is dropped does not depend on how far a batch is padded (${form})`, () => {
      const compute = () => [contexts([2, 3], 5), contexts([2, 3, 7], 5)] as const;
      const [alone, besideLonger] = form === "composite" ? withCompositeOps(compute) : compute();
      assertClose(alone, besideLonger, 1e-6);
      assert.ok(alone.some((value) => value !== 0));
    });
  }

  test("scores of hundreds neither overflow nor let padding in", () => {
    tf.tidy(() => {
      const layout = new SequenceLayout(Int32Array.of(0, 1, 3));
      const large = tf.fill<tf.Rank.R2>([3, 2], 300);
      const v = tf.tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
      ]);
      assertClose(attention(large, large, v, layout, { heads: 1 }).dataSync(), [1, 2, 4, 5, 4, 5], 1e-6);
    });
  });
});
