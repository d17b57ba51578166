import * as tf from "@tensorflow/tfjs";
import { customGradient } from "./custom-gradient";
import { fused } from "./fused";

/**
 * Rows of a table by their numbers.
 *
 * @param table      [entries, hidden]
 * @param ids        [rows] int32, each in 0 … entries - 1
 * @param paddingId  entry that gets no gradient; none by default
 * @returns          [rows, hidden]
 * @see torch.nn.Embedding
 */
export function embedding(table: tf.Tensor2D, ids: tf.Tensor1D, paddingId = -1): tf.Tensor2D {
  return (fused("Embedding", { table, ids }, { paddingId }) ??
    composite(table, ids, paddingId)) as tf.Tensor2D;
}

function composite(table: tf.Tensor2D, ids: tf.Tensor1D, paddingId: number): tf.Tensor {
  return customGradient([table], () => ({
    value: tf.gather(table, ids),
    saved: [ids],
    gradient: (dy, [ids]) => {
      // Rows with a negative segment are left out of the sum.
      const isPadding = tf.equal(ids!, tf.scalar(paddingId, "int32"));
      const segments = tf.where(isPadding, tf.onesLike(ids!).neg(), ids!) as tf.Tensor1D;
      return [tf.unsortedSegmentSum(dy, segments, table.shape[0])];
    },
  }));
}
