import * as tf from "../tfjs";
import { customGradient } from "./custom-gradient";
import { fused } from "./fused";
import { gelu } from "./gelu";
import { isFrozen } from "./tape";
import { tanh } from "./tanh";

export type Activation = "gelu" | "tanh";

/**
 * An affine map, optionally followed by an activation: activation(x * weight^T + bias).
 *
 * @param x           [rows, in]
 * @param weight      [out, in], PyTorch's layout
 * @param bias        [out]
 * @param activation  applied to the sum; none by default
 * @returns           [rows, out]
 * @see torch.nn.Linear
 */
export function linear(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D,
  activation?: Activation,
): tf.Tensor2D {
  // Of a weight that stays as it is, no gradient is computed, and the input is not kept for it.
  const kernel = isFrozen(weight) ? "FrozenLinear" : "Linear";
  const sum = fused(kernel, { x, weight, bias }) ?? composite(x, weight, bias);
  return activate(sum as tf.Tensor2D, activation);
}

/** An activation's values; without one, x itself. */
export function activate(x: tf.Tensor2D, activation?: Activation): tf.Tensor2D {
  if (activation === "gelu") return gelu(x) as tf.Tensor2D;
  return activation === "tanh" ? (tanh(x) as tf.Tensor2D) : x;
}

function composite(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor {
  if (isFrozen(weight)) return tf.add(tf.matMul(x, weight, false, true), bias);
  return customGradient([x, weight, bias], () => ({
    value: tf.add(tf.matMul(x, weight, false, true), bias),
    saved: [x, weight],
    gradient: (dy, [x, weight]) => [tf.matMul(dy, weight!), tf.matMul(dy, x!, true, false), tf.sum(dy, 0)],
  }));
}
