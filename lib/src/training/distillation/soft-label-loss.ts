import * as tf from "../../tfjs";

/**
 * KL divergence of the student's softened probabilities from the teacher's, times the temperature's square, so that
 * its gradients are as large as those of hard labels; mean over the rows.
 *
 * @param student      [rows, labels], logits
 * @param teacher      [rows, labels], logits
 * @param temperature  that both are divided by; above 1 the unlikely labels count for more
 * @returns            a scalar
 * @see Hinton et al. 2015, "Distilling the Knowledge in a Neural Network"
 */
export function softLabelLoss(student: tf.Tensor2D, teacher: tf.Tensor2D, temperature: number): tf.Scalar {
  const target = tf.logSoftmax(tf.div(teacher, temperature));
  const own = tf.logSoftmax(tf.div(student, temperature));
  const divergence = tf.sum(tf.mul(tf.exp(target), tf.sub(target, own)));
  return tf.mul<tf.Scalar>(divergence, temperature ** 2 / student.shape[0]);
}
