import * as tf from "../tfjs";
import { customGradient } from "./custom-gradient";
import { fused } from "./fused";

/**
 * The exact Gaussian error linear unit: x * Phi(x), Phi being the normal distribution function, not its tanh
 * approximation.
 *
 * @param x  a tensor of any shape
 * @returns  a tensor of x's shape
 * @see Hendrycks and Gimpel 2016; `hidden_act: "gelu"` in transformers
 */
export function gelu(x: tf.Tensor): tf.Tensor {
  return fused("Gelu", { x }) ?? composite(x);
}

function composite(x: tf.Tensor): tf.Tensor {
  return customGradient([x], () => ({
    value: tf.mul(x, normalDistribution(x)),
    saved: [x],
    gradient: (dy, [x]) => [geluGradient(dy, x!)],
  }));
}

/** dy * (Phi(x) + x * phi(x)), phi being the normal density. */
export function geluGradient(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return tf.mul(dy, tf.add(normalDistribution(x), tf.mul(x, density)));
}

function normalDistribution(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
}
