import * as tf from "../tfjs";
import { customGradient } from "./custom-gradient";
import { nestedTape } from "./tape";

/**
 * Computes what keeps nothing for the backward pass but its input, and is computed once more there: less memory, for a second
 * forward pass.
 *
 * @param x        [rows, hidden]
 * @param weights  what `forward` reads and is trained
 * @param forward  has to compute the same both times
 * @see Chen et al. 2016, "Training deep nets with sublinear memory cost"; torch.utils.checkpoint
 */
export function recompute(
  x: tf.Tensor2D,
  weights: readonly tf.Tensor[],
  forward: (x: tf.Tensor2D) => tf.Tensor2D,
): tf.Tensor2D {
  const op = customGradient([x, ...weights], () => ({
    value: forward(x),
    saved: [x],
    gradient: (dy, [kept]) =>
      nestedTape(() => {
        const gradients = tf.grads((again: tf.Tensor) => forward(again as tf.Tensor2D));
        return gradients([kept!, ...weights], dy);
      }),
  }));
  return op as tf.Tensor2D;
}
