import * as tf from "../tfjs";
import { fused } from "./fused";

/**
 * The Euclidean norm of all tensors taken as one vector.
 *
 * @see torch.nn.utils.clip_grad_norm_
 */
export async function globalNorm(tensors: tf.Tensor[]): Promise<number> {
  const squares = tf.tidy(
    () =>
      fused("SquaredSum", Object.fromEntries(tensors.entries())) ??
      tf.addN(tensors.map((x) => tf.sum(tf.square(x)))),
  );
  try {
    return Math.sqrt((await squares.data())[0]!);
  } finally {
    squares.dispose();
  }
}
