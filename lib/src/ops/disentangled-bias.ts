import * as tf from "../tfjs";
import type { DisentangledBiasSettings } from "../engines/fused-kernels";
import { customGradient } from "./custom-gradient";
import { hasFused } from "./fused";
import type { SequenceLayout } from "./packed-sequences";
import { takeRows } from "./take-rows";

/** What stands for the distances between tokens, [2 * longest - 1, hidden]: row r for a distance of r - (longest - 1). */
export interface DistanceTables {
  /** What the content of the token that looks is compared with. */
  positionKeys?: tf.Tensor2D;
  /** What the content of the token that is looked at is compared with. */
  positionQueries?: tf.Tensor2D;
}

/**
 * What disentangled attention adds to its scores: in each head
 * scale * (q[i] * positionKeys[i - j] + k[j] * positionQueries[i - j]).
 *
 * @param q       [tokens, hidden]
 * @param k       [tokens, hidden]
 * @param layout  which rows belong to which sequence
 * @returns       [pairs of tokens * heads], as {@link attention} takes it
 * @see He et al. 2021 (DeBERTa); transformers' DisentangledSelfAttention.disentangled_attention_bias
 */
export function disentangledBias(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  tables: DistanceTables,
  layout: SequenceLayout,
  { heads, scale }: { heads: number; scale: number },
): tf.Tensor1D {
  const { positionKeys, positionQueries } = tables;
  if (!hasFused("DisentangledBias")) {
    const sides = [
      ...(positionKeys ? [side(q, positionKeys, layout, heads, true)] : []),
      ...(positionQueries ? [side(k, positionQueries, layout, heads, false)] : []),
    ];
    return tf.mul(tf.addN(sides), scale);
  }
  const settings: DisentangledBiasSettings = { offsets: layout.offsets, heads, scale, pairs: layout.pairs };
  const attributes = settings as unknown as tf.NamedAttrMap;
  const operands = {
    q,
    k,
    ...(positionKeys && { positionKeys }),
    ...(positionQueries && { positionQueries }),
  };
  const names = Object.keys(operands);
  return customGradient(Object.values(operands), () => ({
    value: tf.engine().runKernel<tf.Tensor>("DisentangledBias", operands, attributes),
    saved: Object.values(operands),
    gradient: (dy, saved) => {
      const inputs = Object.fromEntries(names.map((name, i) => [name, saved[i]!]));
      return tf.engine().runKernel<tf.Tensor[]>("DisentangledBiasGrad", { dy, ...inputs }, attributes);
    },
  })) as tf.Tensor1D;
}

/** The products of contents and distances, of which each pair of tokens takes its own. */
function side(
  content: tf.Tensor2D,
  table: tf.Tensor2D,
  layout: SequenceLayout,
  heads: number,
  looks: boolean,
): tf.Tensor1D {
  const toHeads = (x: tf.Tensor2D) => tf.transpose(tf.reshape(x, [x.shape[0], heads, -1]), [1, 0, 2]);
  const products = tf.matMul(toHeads(content), toHeads(table), false, true);
  const places = new Int32Array(layout.pairs * heads);
  const distances = table.shape[0];
  let next = 0;
  for (let s = 0; s < layout.count; s++) {
    const [start, length] = [layout.offsets[s]!, layout.length(s)];
    for (let head = 0; head < heads; head++) {
      for (let i = 0; i < length; i++) {
        for (let j = 0; j < length; j++) {
          const row = head * layout.tokens + start + (looks ? i : j);
          places[next++] = row * distances + i - j + layout.maxLength - 1;
        }
      }
    }
  }
  const flat = tf.reshape<tf.Rank.R2>(products, [-1, 1]);
  return tf.reshape(takeRows(flat, tf.tensor1d(places, "int32")), [-1]);
}
