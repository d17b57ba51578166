import * as tf from "../tfjs";
import type { SequenceLayout } from "./packed-sequences";
import { takeRows } from "./take-rows";

/**
 * The first row of each sequence of a packed batch: `[CLS]`, by which a classifier knows a sequence.
 *
 * @param x  [tokens, hidden]
 * @returns  [sequences, hidden]
 */
export function firstTokens(x: tf.Tensor2D, { offsets, count }: SequenceLayout): tf.Tensor2D {
  return takeRows(x, tf.tensor1d(offsets.subarray(0, count), "int32"));
}
