import * as tf from "../tfjs";
import { fused } from "./fused";
import { layerNorm } from "./layer-norm";
import { takeRows } from "./take-rows";

export interface EmbeddingTables {
  /** [vocabulary, hidden] */
  word: tf.Tensor2D;
  /** [positions, hidden] */
  position: tf.Tensor2D;
  /** [types, hidden] */
  tokenType: tf.Tensor2D;
}

export interface TokenIndices {
  /** [tokens] int32, as are the others. */
  ids: tf.Tensor1D;
  positions: tf.Tensor1D;
  tokenTypes: tf.Tensor1D;
}

/**
 * What BERT starts with: the sum of the word's, the position's and the token type's vector, normalised.
 *
 * @param paddingId  row of the word table that gets no gradient; none by default
 * @returns          [tokens, hidden]
 * @see transformers' BertEmbeddings
 */
export function embeddingsLayerNorm(
  { word, position, tokenType }: EmbeddingTables,
  { ids, positions, tokenTypes }: TokenIndices,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  eps: number,
  paddingId = -1,
): tf.Tensor2D {
  const inputs = { word, position, tokenType, ids, positions, tokenTypes, gamma, beta };
  const whole = fused("EmbeddingsLayerNorm", inputs, { eps, paddingId });
  if (whole) return whole as tf.Tensor2D;
  const placed = tf.add(takeRows(word, ids, paddingId), takeRows(position, positions));
  return layerNorm(tf.add(placed, takeRows(tokenType, tokenTypes)), gamma, beta, eps);
}
