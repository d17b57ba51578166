import * as tf from "@tensorflow/tfjs";
import { customGradient } from "./custom-gradient";
import { fused } from "./fused";
import { gelu } from "./gelu";

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
  const sum = fused("Linear", { x, weight, bias }) ?? composite(x, weight, bias);
  if (activation === "gelu") return gelu(sum) as tf.Tensor2D;
  if (activation === "tanh") return tf.tanh(sum) as tf.Tensor2D;
  return sum as tf.Tensor2D;
}

function composite(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor {
  return customGradient([x, weight, bias], () => ({
    value: tf.add(tf.matMul(x, weight, false, true), bias),
    saved: [x, weight],
    gradient: (dy, [x, weight]) => [tf.matMul(dy, weight!), tf.matMul(dy, x!, true, false), tf.sum(dy, 0)],
  }));
}
