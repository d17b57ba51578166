import * as tf from "@tensorflow/tfjs";
import { fused } from "./fused";

/**
 * The Euclidean norm of all tensors taken as one vector.
 *
 * @see torch.nn.utils.clip_grad_norm_
 */
export async function globalNorm(tensors: tf.Tensor[]): Promise<number> {
  const squares = tf.tidy(() =>
    tf.stack(tensors.map((x) => fused("SquaredSum", { x }) ?? tf.sum(tf.square(x)))),
  );
  try {
    let sum = 0;
    for (const square of await squares.data()) sum += square;
    return Math.sqrt(sum);
  } finally {
    squares.dispose();
  }
}
