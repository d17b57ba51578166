import * as tf from "../../tfjs";
import { padSequences, type SequenceLayout } from "../../ops/packed-sequences";

/**
 * How differently two models see which tokens of a sequence are alike: KL(relation(teacher) || relation(student)),
 * where relation(x) = softmax(x * x^T / sqrt(width of a head)) in each head; mean over heads and tokens.
 *
 * @param student  [tokens, width], queries or keys or values
 * @param teacher  [tokens, another width]
 * @param heads    divides both widths
 * @returns        a scalar
 * @see Wang et al. 2021, "MiniLMv2: Multi-Head Self-Attention Relation Distillation"
 */
export function attentionRelationLoss(
  student: tf.Tensor2D,
  teacher: tf.Tensor2D,
  layout: SequenceLayout,
  heads: number,
): tf.Scalar {
  const { count, maxLength, tokens } = layout;
  const isToken = new Float32Array(count * maxLength);
  for (const place of layout.packedToGrid()) isToken[place] = 1;
  const columns = tf.tensor4d(
    isToken.map((token) => (token - 1) * 1e30),
    [count, 1, 1, maxLength],
  );
  const rows = tf.tensor4d(isToken, [count, 1, maxLength, 1]);
  const logRelation = (x: tf.Tensor2D) => {
    const width = x.shape[1] / heads;
    const grid = tf.reshape(padSequences(x, layout), [count, maxLength, heads, width]);
    const byHead = tf.transpose(grid, [0, 2, 1, 3]);
    const products = tf.mul(tf.matMul(byHead, byHead, false, true), 1 / Math.sqrt(width));
    return tf.logSoftmax(tf.add(products, columns));
  };
  const [target, own] = [logRelation(teacher), logRelation(student)];
  const divergence = tf.mul(tf.exp(target), tf.sub(target, own));
  return tf.div<tf.Scalar>(tf.sum(tf.mul(divergence, rows)), heads * tokens);
}
