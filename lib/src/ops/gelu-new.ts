import * as tf from "../tfjs";
import { customGradient } from "./custom-gradient";
import { fused } from "./fused";

const FACTOR = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/**
 * The Gaussian error linear unit by its approximation with tanh.
 *
 * @param x  a tensor of any shape
 * @returns  a tensor of x's shape
 * @see Hendrycks and Gimpel 2016; `hidden_act: "gelu_new"` in transformers
 */
export function geluNew(x: tf.Tensor): tf.Tensor {
  return fused("GeluNew", { x }) ?? composite(x);
}

function composite(x: tf.Tensor): tf.Tensor {
  return customGradient([x], () => ({
    value: tf.tidy(() => tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner(x)), 1))),
    saved: [x],
    gradient: (dy, [x]) => [tf.tidy(() => tf.mul(dy, slope(x!)))],
  }));
}

const inner = (x: tf.Tensor) => tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), CUBIC)), FACTOR);

/** (1 + t) / 2 + x (1 - t²) / 2 * d inner / dx, t being tanh(inner). */
function slope(x: tf.Tensor): tf.Tensor {
  const t = tf.tanh(inner(x));
  const innerSlope = tf.mul(tf.add(tf.mul(tf.square(x), 3 * CUBIC), 1), FACTOR);
  const second = tf.mul(tf.mul(x, tf.sub(1, tf.square(t))), innerSlope);
  return tf.mul(tf.add(tf.add(t, 1), second), 0.5);
}
