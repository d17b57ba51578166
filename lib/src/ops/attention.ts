import * as tf from "../tfjs";
import { customGradient } from "./custom-gradient";
import { hasFused } from "./fused";
import { packSequences, padSequences, type SequenceLayout } from "./packed-sequences";
import { takeRows } from "./take-rows";
import { dropoutMask, type RandomKey } from "../random";
import type { PackedAttentionSettings } from "../engines/fused-kernels";

export interface AttentionOptions {
  heads: number;
  /** Probability of dropping an attention weight. Default 0. */
  dropoutRate?: number;
  /** Needed where dropoutRate is not 0. */
  key?: RandomKey;
  /**
   * Added to the scores before the softmax: [heads * pairs of tokens of a sequence], sequence by sequence, head by head, row by
   * row. Default: nothing.
   */
  bias?: tf.Tensor1D;
  /** Factor on the products of queries and keys. Default 1 / sqrt(hidden / heads). */
  scale?: number;
  /** How many tokens away one sees another. Default 0: all of its sequence. */
  window?: number;
}

/**
 * Scaled dot-product attention of every sequence of a packed batch to itself:
 * dropout(softmax(scale * q * k^T + bias)) * v in each head.
 *
 * @param q       [tokens, hidden]; head h owns the columns h * hidden / heads and following
 * @param k       [tokens, hidden]
 * @param v       [tokens, hidden]
 * @param layout  which rows belong to which sequence
 * @returns       [tokens, hidden]
 * @see Vaswani et al. 2017; transformers' BertSelfAttention; FlashAttention's varlen form
 */
export function attention(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  layout: SequenceLayout,
  options: AttentionOptions,
): tf.Tensor2D {
  if (!hasFused("PackedAttention")) return attentionWithWeights(q, k, v, layout, options).context;
  const { heads, dropoutRate = 0, key = { seed: 0, site: 0 }, bias, window = 0 } = options;
  const { scale = defaultScale(q, heads) } = options;
  const offsets = Array.from(layout.offsets);
  const { seed, site, step = 0, first = 0 } = key;
  return fusedAttention(
    { q, k, v, ...(bias && { bias }) },
    { offsets, heads, scale, window, dropoutRate, seed, site, step, first },
  );
}

function fusedAttention(operands: AttentionOperands, settings: PackedAttentionSettings): tf.Tensor2D {
  const run = (kernel: string, inputs: tf.NamedTensorMap) =>
    tf.engine().runKernel<tf.Tensor[]>(kernel, inputs, { ...settings });
  const names = Object.keys(operands);
  const inputs = Object.values(operands) as tf.Tensor[];
  return customGradient(inputs, () => {
    const [context, weights] = run("PackedAttention", { ...operands });
    return {
      value: context!,
      saved: weights ? [...inputs, weights] : inputs,
      gradient: (dy, saved) => {
        const kept = Object.fromEntries(names.map((name, i) => [name, saved[i]!]));
        const weights = saved[names.length];
        return run("PackedAttentionGrad", { dy, ...kept, ...(weights && { weights }) });
      },
    };
  }) as tf.Tensor2D;
}

interface AttentionOperands {
  q: tf.Tensor2D;
  k: tf.Tensor2D;
  v: tf.Tensor2D;
  bias?: tf.Tensor1D;
}

/** The context that {@link attention} gives, and the weights that it was mixed with. */
export interface AttentionWithWeights {
  /** [tokens, hidden] */
  context: tf.Tensor2D;
  /** [sequences, heads, length, length]: rows add up to 1 (without dropout); columns at padding are 0. */
  weights: tf.Tensor4D;
}

/**
 * {@link attention} that also returns its weights. It always runs the composite form: the fused kernels never hold the matrix as a
 * whole.
 */
export function attentionWithWeights(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  layout: SequenceLayout,
  options: AttentionOptions,
): AttentionWithWeights {
  const { heads, dropoutRate = 0, key = { seed: 0, site: 0 }, bias, window = 0 } = options;
  const { scale = defaultScale(q, heads) } = options;
  const { count, maxLength } = layout;
  const hidden = q.shape[1];
  const toHeads = (x: tf.Tensor2D) =>
    tf.transpose(
      tf.reshape(padSequences(x, layout), [count, maxLength, heads, hidden / heads]),
      [0, 2, 1, 3],
    );

  let scores = tf.mul(tf.matMul(toHeads(q), toHeads(k), false, true), scale);
  if (bias) scores = tf.add(scores, padBias(bias, layout, heads));
  if (window > 0) scores = tf.add(scores, windowBias(maxLength, window));
  let probabilities = softmax(tf.add(scores, paddingBias(layout)));
  if (dropoutRate > 0) {
    const mask = attentionDropoutMask(layout, heads, dropoutRate, key);
    probabilities = tf.mul(probabilities, tf.tensor4d(mask, [count, heads, maxLength, maxLength]));
  }
  const context = tf.transpose(tf.matMul(probabilities, toHeads(v)), [0, 2, 1, 3]);
  return {
    context: packSequences(tf.reshape(context, [count * maxLength, hidden]), layout),
    weights: probabilities as tf.Tensor4D,
  };
}

const defaultScale = (q: tf.Tensor2D, heads: number) => 1 / Math.sqrt(q.shape[1] / heads);

/** Softmax over the last axis. tfjs's own has a gradient of more ops and keeps the logits alive. */
function softmax(logits: tf.Tensor): tf.Tensor {
  return customGradient([logits], () => {
    const value = tf.softmax(logits);
    return {
      value,
      saved: [value],
      gradient: (dy, [y]) => {
        const weighted = tf.mul(dy, y!);
        return [tf.sub(weighted, tf.mul(tf.sum(weighted, -1, true), y!))];
      },
    };
  });
}

/** Leaves no weight after the softmax. */
const UNSEEN = -1e30;

/** [count, 1, 1, maxLength]: 0 at tokens, a number that leaves no weight after the softmax at padding. */
function paddingBias(layout: SequenceLayout): tf.Tensor4D {
  const { count, maxLength } = layout;
  const bias = new Float32Array(count * maxLength);
  for (let s = 0; s < count; s++) bias.fill(UNSEEN, s * maxLength + layout.length(s), (s + 1) * maxLength);
  return tf.tensor4d(bias, [count, 1, 1, maxLength]);
}

/** [1, 1, maxLength, maxLength]: 0 where a token sees another, else a number that leaves no weight after the softmax. */
function windowBias(maxLength: number, window: number): tf.Tensor4D {
  const bias = new Float32Array(maxLength * maxLength);
  for (let i = 0; i < maxLength; i++) {
    for (let j = 0; j < maxLength; j++) if (Math.abs(i - j) > window) bias[i * maxLength + j] = UNSEEN;
  }
  return tf.tensor4d(bias, [1, 1, maxLength, maxLength]);
}

/** A bias for each score, laid out as the scores are, [count, heads, maxLength, maxLength]; 0 at padding. */
function padBias(bias: tf.Tensor1D, layout: SequenceLayout, heads: number): tf.Tensor4D {
  const { count, maxLength } = layout;
  const places = new Int32Array(count * heads * maxLength * maxLength).fill(bias.size);
  forEachRow(layout, heads, (row, next, length) => {
    for (let j = 0; j < length; j++) places[row + j] = next + j;
  });
  const withZero = tf.concat([bias, tf.zeros<tf.Rank.R1>([1])]);
  const padded = takeRows(tf.reshape(withZero, [-1, 1]), tf.tensor1d(places, "int32"));
  return tf.reshape(padded, [count, heads, maxLength, maxLength]);
}

/** The rows of the scores that are none of padding: where each lies in the padded and in the packed order. */
function forEachRow(
  layout: SequenceLayout,
  heads: number,
  visit: (padded: number, packed: number, length: number) => void,
): void {
  const { count, maxLength } = layout;
  let packed = 0;
  for (let s = 0; s < count; s++) {
    const length = layout.length(s);
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < length; i++, packed += length) {
        visit(((s * heads + h) * maxLength + i) * maxLength, packed, length);
      }
    }
  }
}

/**
 * Dropout factors for the attention weights, [count, heads, maxLength, maxLength]. The random numbers are counted over
 * the weights of real tokens alone (sequence by sequence, head by head, row by row), so that the padding of a batch
 * does not change what is dropped.
 */
function attentionDropoutMask(
  layout: SequenceLayout,
  heads: number,
  rate: number,
  key: RandomKey,
): Float32Array {
  const { count, maxLength } = layout;
  const packed = dropoutMask(heads * layout.pairs, rate, key);
  const mask = new Float32Array(count * heads * maxLength * maxLength);
  forEachRow(layout, heads, (row, next, length) => mask.set(packed.subarray(next, next + length), row));
  return mask;
}
