import * as tf from "@tensorflow/tfjs";

/**
 * Mean of the squared differences: the loss of a regression head.
 *
 * @param predictions  [rows]
 * @param targets      [rows] float32
 * @returns            a scalar
 * @see torch.nn.MSELoss
 */
export function meanSquaredError(predictions: tf.Tensor1D, targets: tf.Tensor1D): tf.Scalar {
  return tf.mean(tf.square(tf.sub(predictions, targets)));
}
