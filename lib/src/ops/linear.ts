import * as tf from "../tfjs";
import { customGradient } from "./custom-gradient";
import { fused } from "./fused";
import { gelu } from "./gelu";
import { geluNew } from "./gelu-new";
import { isFrozen } from "./tape";
import { tanh } from "./tanh";

/** Under transformers' names. */
export type Activation = "gelu" | "gelu_new" | "relu" | "tanh";

const ACTIVATIONS: Record<Activation, (x: tf.Tensor) => tf.Tensor> = {
  gelu,
  gelu_new: geluNew,
  relu: (x) => tf.relu(x),
  tanh,
};

/**
 * An affine map (without a bias, a linear one), optionally followed by an activation: activation(x * weight^T + bias).
 *
 * @param x           [rows, in]
 * @param weight      [out, in], PyTorch's layout
 * @param bias        [out]; none by default
 * @param activation  applied to the sum; none by default
 * @returns           [rows, out]
 * @see torch.nn.Linear
 */
export function linear(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias?: tf.Tensor1D,
  activation?: Activation,
): tf.Tensor2D {
  // Of a weight that stays as it is, no gradient is computed, and the input is not kept for it.
  const kernel = isFrozen(weight) ? "FrozenLinear" : "Linear";
  const sum = fused(kernel, { x, weight, ...(bias && { bias }) }) ?? composite(x, weight, bias);
  return activate(sum as tf.Tensor2D, activation);
}

/** An activation's values; without one, x itself. */
export function activate(x: tf.Tensor2D, activation?: Activation): tf.Tensor2D {
  return activation === undefined ? x : (ACTIVATIONS[activation](x) as tf.Tensor2D);
}

function composite(x: tf.Tensor2D, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor {
  const product = () => {
    const product = tf.matMul(x, weight, false, true);
    return bias ? tf.add(product, bias) : product;
  };
  if (isFrozen(weight)) return product();
  return customGradient(bias ? [x, weight, bias] : [x, weight], () => ({
    value: product(),
    saved: [x, weight],
    gradient: (dy, [x, weight]) => [
      tf.matMul(dy, weight!),
      tf.matMul(dy, x!, true, false),
      ...(bias ? [tf.sum(dy, 0)] : []),
    ],
  }));
}
