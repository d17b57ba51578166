import * as tf from "../tfjs";
import { customGradient } from "./custom-gradient";

/**
 * Mean binary cross-entropy between logits and probabilities, each element a question of its own: the loss where a text may
 * have several labels.
 *
 * @param logits   any shape
 * @param targets  the same shape, float32 in [0, 1]; a constant, it gets no gradient
 * @returns        a scalar
 * @see torch.nn.BCEWithLogitsLoss
 */
export function binaryCrossEntropy<Shape extends tf.Tensor>(logits: Shape, targets: Shape): tf.Scalar {
  return customGradient([logits], () => ({
    // -y log s(x) - (1 - y) log(1 - s(x)), in a form that no x overflows.
    value: tf.mean(
      tf.add(tf.sub(tf.relu(logits), tf.mul(logits, targets)), tf.log1p(tf.exp(tf.neg(tf.abs(logits))))),
    ),
    saved: [logits, targets],
    gradient: (dy, [x, y]) => [tf.mul(tf.sub(tf.sigmoid(x!), y!), tf.div(dy, logits.size))],
  })) as tf.Scalar;
}
