import * as tf from "../tfjs";
import { customGradient } from "./custom-gradient";
import { fused } from "./fused";

/** Label of what is not asked, which heads leave out before they compute a loss. @see torch's ignore_index */
export const IGNORED_LABEL = -100;

/**
 * Mean cross-entropy between logits and class numbers, with label smoothing: the target gives 1 - smoothing to the
 * label and spreads smoothing evenly over all classes.
 *
 * @param logits     [rows, classes]
 * @param labels     [rows] int32, each in 0 … classes - 1
 * @param smoothing  in [0, 1]; default 0
 * @returns          a scalar
 * @see torch.nn.CrossEntropyLoss(label_smoothing=…)
 */
export function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D, smoothing = 0): tf.Scalar {
  return (fused("CrossEntropy", { logits, labels }, { smoothing }) ??
    composite(logits, labels, smoothing)) as tf.Scalar;
}

function composite(logits: tf.Tensor2D, labels: tf.Tensor1D, smoothing: number): tf.Tensor {
  return customGradient([logits], () => {
    const [rows, classes] = logits.shape;
    const target = tf.add(tf.mul(tf.oneHot(labels, classes).toFloat(), 1 - smoothing), smoothing / classes);
    const logProbabilities = tf.logSoftmax(logits);
    return {
      value: tf.div(tf.neg(tf.sum(tf.mul(target, logProbabilities))), rows),
      saved: [tf.exp(logProbabilities), target],
      gradient: (dy, [probabilities, target]) => [tf.mul(tf.sub(probabilities!, target!), tf.div(dy, rows))],
    };
  });
}
