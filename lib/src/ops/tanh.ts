import * as tf from "../tfjs";
import { fused } from "./fused";

/**
 * The hyperbolic tangent, element by element.
 *
 * @param x  a tensor of any shape
 * @returns  a tensor of x's shape
 * @see torch.tanh
 */
export function tanh(x: tf.Tensor): tf.Tensor {
  return fused("TanhActivation", { x }) ?? tf.tanh(x);
}
