import * as tf from "../../tfjs";

/**
 * 1 minus the cosine between the rows of two matrices, mean over the rows: how far vectors point apart, whatever their
 * lengths.
 *
 * @param a  [rows, width]
 * @param b  [rows, width]
 * @returns  a scalar
 * @see torch.nn.CosineEmbeddingLoss
 */
export function cosineDistance(a: tf.Tensor2D, b: tf.Tensor2D): tf.Scalar {
  const dot = (x: tf.Tensor2D, y: tf.Tensor2D) => tf.sum(tf.mul(x, y), 1);
  const lengths = tf.sqrt(tf.mul(dot(a, a), dot(b, b)));
  return tf.sub<tf.Scalar>(1, tf.mean(tf.div(dot(a, b), tf.add(lengths, 1e-12))));
}
