import * as tf from "@tensorflow/tfjs";
import { fused } from "./fused";
import { layerNorm } from "./layer-norm";

/**
 * A residual connection and the normalisation behind it: layerNorm(x + residual).
 *
 * @param x         [rows, hidden]
 * @param residual  [rows, hidden]
 * @param gamma     [hidden]
 * @param beta      [hidden]
 * @param eps       added to the variance
 * @returns         [rows, hidden]
 */
export function addLayerNorm(
  x: tf.Tensor2D,
  residual: tf.Tensor2D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  eps: number,
): tf.Tensor2D {
  return (fused("AddLayerNorm", { x, residual, gamma, beta }, { eps }) ??
    layerNorm(tf.add(x, residual), gamma, beta, eps)) as tf.Tensor2D;
}
