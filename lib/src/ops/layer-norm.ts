import * as tf from "../tfjs";
import { customGradient } from "./custom-gradient";
import { fused } from "./fused";

/**
 * Layer normalisation over the last axis: (x - mean) / sqrt(variance + eps) * gamma + beta.
 *
 * @param x      [rows, hidden]
 * @param gamma  [hidden], scale
 * @param beta   [hidden], shift
 * @param eps    added to the variance; BERT's configs say 1e-12
 * @returns      a tensor of x's shape
 * @see Ba et al. 2016; torch.nn.LayerNorm
 */
export function layerNorm(x: tf.Tensor2D, gamma: tf.Tensor1D, beta: tf.Tensor1D, eps: number): tf.Tensor2D {
  return (fused("LayerNorm", { x, gamma, beta }, { eps }) ?? composite(x, gamma, beta, eps)) as tf.Tensor2D;
}

function composite(x: tf.Tensor2D, gamma: tf.Tensor1D, beta: tf.Tensor1D, eps: number): tf.Tensor {
  return customGradient([x, gamma, beta], () => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const inverseDeviation = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps));
    const normalised = tf.mul(centred, inverseDeviation);
    return {
      value: tf.add(tf.mul(normalised, gamma), beta),
      saved: [normalised, inverseDeviation, gamma],
      gradient: (dy, [normalised, inverseDeviation, gamma]) => {
        const scaled = tf.mul(dy, gamma!);
        const meanOfGradient = tf.mean(scaled, -1, true);
        const projection = tf.mul(normalised!, tf.mean(tf.mul(scaled, normalised!), -1, true));
        return [
          tf.mul(tf.sub(tf.sub(scaled, meanOfGradient), projection), inverseDeviation!),
          tf.sum(tf.mul(dy, normalised!), 0),
          tf.sum(dy, 0),
        ];
      },
    };
  });
}
