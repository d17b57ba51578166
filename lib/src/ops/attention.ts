import * as tf from "../tfjs";
import { customGradient } from "./custom-gradient";
import { hasFused } from "./fused";
import { packSequences, padSequences, type SequenceLayout } from "./packed-sequences";
import { dropoutMask, type RandomKey } from "../random";
import type { PackedAttentionSettings } from "../engines/fused-kernels";

export interface AttentionOptions {
  heads: number;
  /** Probability of dropping an attention weight. Default 0. */
  dropoutRate?: number;
  /** Needed where dropoutRate is not 0. */
  key?: RandomKey;
}

/**
 * Scaled dot-product attention of every sequence of a packed batch to itself:
 * dropout(softmax(q * k^T / sqrt(hidden / heads))) * v in each head.
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
  const { heads, dropoutRate = 0, key = { seed: 0, site: 0 } } = options;
  const offsets = Array.from(layout.offsets);
  const { seed, site, step = 0, first = 0 } = key;
  return fusedAttention(q, k, v, { offsets, heads, dropoutRate, seed, site, step, first });
}

function fusedAttention(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  settings: PackedAttentionSettings,
): tf.Tensor2D {
  const run = (kernel: string, inputs: tf.NamedTensorMap) =>
    tf.engine().runKernel<tf.Tensor[]>(kernel, inputs, { ...settings });
  return customGradient([q, k, v], () => {
    const [context, weights] = run("PackedAttention", { q, k, v });
    return {
      value: context!,
      saved: weights ? [q, k, v, weights] : [q, k, v],
      gradient: (dy, [q, k, v, weights]) =>
        run("PackedAttentionGrad", { dy, q: q!, k: k!, v: v!, ...(weights && { weights }) }),
    };
  }) as tf.Tensor2D;
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
  { heads, dropoutRate = 0, key = { seed: 0, site: 0 } }: AttentionOptions,
): AttentionWithWeights {
  const { count, maxLength } = layout;
  const hidden = q.shape[1];
  const toHeads = (x: tf.Tensor2D) =>
    tf.transpose(
      tf.reshape(padSequences(x, layout), [count, maxLength, heads, hidden / heads]),
      [0, 2, 1, 3],
    );

  const scores = tf.mul(tf.matMul(toHeads(q), toHeads(k), false, true), 1 / Math.sqrt(hidden / heads));
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

/** [count, 1, 1, maxLength]: 0 at tokens, a number that leaves no weight after the softmax at padding. */
function paddingBias(layout: SequenceLayout): tf.Tensor4D {
  const { count, maxLength } = layout;
  const bias = new Float32Array(count * maxLength);
  for (let s = 0; s < count; s++) bias.fill(-1e30, s * maxLength + layout.length(s), (s + 1) * maxLength);
  return tf.tensor4d(bias, [count, 1, 1, maxLength]);
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
  let weights = 0;
  for (let s = 0; s < count; s++) weights += heads * layout.length(s) ** 2;
  const packed = dropoutMask(weights, rate, key);
  const mask = new Float32Array(count * heads * maxLength * maxLength);
  let next = 0;
  for (let s = 0; s < count; s++) {
    const length = layout.length(s);
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < length; i++, next += length) {
        const row = ((s * heads + h) * maxLength + i) * maxLength;
        mask.set(packed.subarray(next, next + length), row);
      }
    }
  }
  return mask;
}
