import * as tf from "../tfjs";
import { padSequences, type SequenceLayout } from "./packed-sequences";

/**
 * The mean of each sequence's tokens.
 *
 * @param x  [tokens, hidden]
 * @returns  [sequences, hidden]
 */
export function sequenceMeans(x: tf.Tensor2D, layout: SequenceLayout): tf.Tensor2D {
  const { count, maxLength } = layout;
  const lengths = Float32Array.from({ length: count }, (_, sequence) => layout.length(sequence));
  const grid = tf.reshape(padSequences(x, layout), [count, maxLength, x.shape[1]]);
  return tf.div(tf.sum(grid, 1), tf.tensor2d(lengths, [count, 1]));
}
