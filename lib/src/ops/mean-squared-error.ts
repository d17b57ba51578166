import * as tf from "../tfjs";
import { customGradient } from "./custom-gradient";
import { fused } from "./fused";

/**
 * Mean of the squared differences: the loss of a regression head, or of a student's states.
 *
 * @param predictions  any shape
 * @param targets      the same shape, float32; a constant, it gets no gradient
 * @returns            a scalar
 * @see torch.nn.MSELoss
 */
export function meanSquaredError<Shape extends tf.Tensor>(predictions: Shape, targets: Shape): tf.Scalar {
  return customGradient([predictions], () => ({
    value: fused("MeanSquaredError", { predictions, targets }) ?? composite(predictions, targets),
    saved: [predictions, targets],
    gradient: (dy, [predictions, targets]) => [
      fused("MeanSquaredErrorGrad", { dy, predictions: predictions!, targets: targets! }) ??
        compositeGradient(dy, predictions!, targets!),
    ],
  })) as tf.Scalar;
}

function composite(predictions: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  return tf.mean(tf.square(tf.sub(predictions, targets)));
}

function compositeGradient(dy: tf.Tensor, predictions: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  return tf.mul(tf.sub(predictions, targets), tf.mul(dy, 2 / predictions.size));
}
