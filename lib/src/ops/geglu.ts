import * as tf from "../tfjs";
import { fused } from "./fused";
import { gelu } from "./gelu";

/**
 * A gated linear unit with GELU: gelu(first half) * second half of each row.
 *
 * @param x  [rows, 2 * width]
 * @returns  [rows, width]
 * @see Shazeer 2020, "GLU variants improve transformer"; transformers' ModernBertMLP
 */
export function geglu(x: tf.Tensor2D): tf.Tensor2D {
  const whole = fused("Geglu", { x });
  if (whole) return whole as tf.Tensor2D;
  const [input, gate] = tf.split(x, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  return tf.mul(gelu(input), gate);
}
