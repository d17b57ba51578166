import * as tf from "../tfjs";
import type { RandomKey } from "../random";
import { dropout } from "./dropout";
import { fused } from "./fused";
import { layerNorm } from "./layer-norm";

export interface DropoutOptions {
  /** Probability of dropping an element. */
  rate: number;
  key: RandomKey;
}

/**
 * How each half of an encoder layer ends: layerNorm(dropout(x) + residual).
 *
 * @param x         [rows, hidden]
 * @param residual  [rows, hidden]
 * @param gamma     [hidden]
 * @param beta      [hidden]
 * @param eps       added to the variance
 * @returns         [rows, hidden]
 */
export function dropoutAddLayerNorm(
  x: tf.Tensor2D,
  residual: tf.Tensor2D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  eps: number,
  { rate, key }: DropoutOptions,
): tf.Tensor2D {
  const { seed, site, step = 0, first = 0 } = key;
  const attributes = { eps, rate, seed, site, step, first };
  return (fused("DropoutAddLayerNorm", { x, residual, gamma, beta }, attributes) ??
    layerNorm(tf.add(dropout(x, rate, key), residual), gamma, beta, eps)) as tf.Tensor2D;
}
