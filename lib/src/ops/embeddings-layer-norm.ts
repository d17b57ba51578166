import * as tf from "../tfjs";
import { fused } from "./fused";
import { layerNorm } from "./layer-norm";
import { takeRows } from "./take-rows";

export interface EmbeddingTables {
  /** [vocabulary, hidden] */
  word: tf.Tensor2D;
  /** [positions, hidden]; families that tell positions by attention have none. */
  position?: tf.Tensor2D;
  /** [types, hidden]; families that do not tell the texts of a pair apart have none. */
  tokenType?: tf.Tensor2D;
}

export interface TokenIndices {
  /** [tokens] int32, as are the others. */
  ids: tf.Tensor1D;
  positions: tf.Tensor1D;
  tokenTypes: tf.Tensor1D;
}

/**
 * What an encoder starts with: the sum of the word's, the position's and the token type's vector, normalised.
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
  if (position && tokenType) {
    const inputs = { word, position, tokenType, ids, positions, tokenTypes, gamma, beta };
    const whole = fused("EmbeddingsLayerNorm", inputs, { eps, paddingId });
    if (whole) return whole as tf.Tensor2D;
  }
  let embedded = takeRows(word, ids, paddingId);
  if (position) embedded = tf.add(embedded, takeRows(position, positions));
  if (tokenType) embedded = tf.add(embedded, takeRows(tokenType, tokenTypes));
  return layerNorm(embedded, gamma, beta, eps);
}
