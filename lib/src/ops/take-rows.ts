import * as tf from "../tfjs";
import { customGradient } from "./custom-gradient";
import { fused } from "./fused";

/**
 * Rows of a matrix by their numbers: an embedding, where the matrix is a table of vectors.
 *
 * @param x          [entries, hidden]
 * @param rows       [count] int32, each in 0 … entries - 1
 * @param paddingId  entry that gets no gradient; none by default
 * @returns          [count, hidden]
 * @see torch.nn.Embedding
 */
export function takeRows(x: tf.Tensor2D, rows: tf.Tensor1D, paddingId = -1): tf.Tensor2D {
  return (fused("TakeRows", { x, rows }, { paddingId }) ?? composite(x, rows, paddingId)) as tf.Tensor2D;
}

function composite(x: tf.Tensor2D, rows: tf.Tensor1D, paddingId: number): tf.Tensor {
  return customGradient([x], () => ({
    value: tf.gather(x, rows),
    saved: [rows],
    gradient: (dy, [rows]) => {
      // Rows with a negative segment are left out of the sum.
      const isPadding = tf.equal(rows!, tf.scalar(paddingId, "int32"));
      const segments = tf.where(isPadding, tf.onesLike(rows!).neg(), rows!) as tf.Tensor1D;
      return [tf.unsortedSegmentSum(dy, segments, x.shape[0])];
    },
  }));
}
