import * as tf from "../tfjs";
import type { RotaryProjectionsSettings } from "../engines/fused-kernels";
import { hasFused } from "./fused";

export interface RotaryOptions {
  /** Of each row, from 0. */
  positions: Int32Array;
  heads: number;
  /** The longer, the slower the slowest element turns. */
  theta: number;
}

/**
 * Queries, keys and values from one projection, with rotary positions: elements d and d + size / 2 of each head of queries and keys
 * are turned by position / theta^(2 d / size), so that their products depend on how far apart two tokens are.
 *
 * @param qkv  [tokens, 3 * hidden]
 * @returns    [tokens, hidden] each
 * @see Su et al. 2021 (RoFormer); transformers' apply_rotary_pos_emb
 */
export function rotaryProjections(
  qkv: tf.Tensor2D,
  options: RotaryOptions,
): { query: tf.Tensor2D; key: tf.Tensor2D; value: tf.Tensor2D } {
  const attributes: RotaryProjectionsSettings = options;
  const [query, key, value] = hasFused("RotaryProjections")
    ? tf.engine().runKernel<tf.Tensor2D[]>("RotaryProjections", { qkv }, { ...attributes })
    : composite(qkv, options);
  return { query: query!, key: key!, value: value! };
}

function composite(qkv: tf.Tensor2D, { positions, heads, theta }: RotaryOptions): tf.Tensor2D[] {
  const [q, k, v] = tf.split(qkv, 3, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const half = q.shape[1] / heads / 2;
  const angles = anglesOf(positions, half, theta);
  const table = (turn: (angle: number) => number) =>
    tf.tensor3d(angles.map(turn), [positions.length, 1, half]);
  const [cosine, sine] = [table(Math.cos), table(Math.sin)];
  const turned = (x: tf.Tensor2D) => {
    const [first, second] = tf.split(tf.reshape(x, [-1, heads, 2 * half]), 2, 2) as [tf.Tensor, tf.Tensor];
    const parts = [
      tf.sub(tf.mul(first, cosine), tf.mul(second, sine)),
      tf.add(tf.mul(second, cosine), tf.mul(first, sine)),
    ];
    return tf.reshape<tf.Rank.R2>(tf.concat(parts, 2), [x.shape[0], x.shape[1]]);
  };
  return [turned(q), turned(k), v];
}

/** [tokens, half], in f32, as the models were trained. */
function anglesOf(positions: Int32Array, half: number, theta: number): Float32Array {
  const { fround } = Math;
  const frequencies = Float32Array.from({ length: half }, (_, d) => 1 / fround(theta ** fround(d / half)));
  const angles = new Float32Array(positions.length * half);
  for (const [token, position] of positions.entries()) {
    for (let d = 0; d < half; d++) angles[token * half + d] = position * frequencies[d]!;
  }
  return angles;
}
