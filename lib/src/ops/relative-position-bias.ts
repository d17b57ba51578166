import * as tf from "../tfjs";
import type { SequenceLayout } from "./packed-sequences";
import { takeRows } from "./take-rows";

/**
 * What attention adds to its scores for how far apart two tokens are: a learned number for each kind of distance and each head.
 * Near distances are a kind each, far ones share theirs logarithmically, and those ahead have others than those behind.
 *
 * @param table     [kinds, heads]; half of the kinds are for each direction
 * @param layout    which rows belong to which sequence
 * @param farthest  the distance from which on all are of one kind
 * @returns         [pairs of tokens * heads], as {@link attention} takes it
 * @see Raffel et al. 2020 (T5); transformers' MPNetEncoder.relative_position_bucket
 */
export function relativePositionBias(
  table: tf.Tensor2D,
  layout: SequenceLayout,
  farthest: number,
): tf.Tensor1D {
  const [kinds, heads] = table.shape;
  const rows = tf.tensor1d(placesOf(layout, kinds, heads, farthest), "int32");
  return tf.reshape(takeRows(tf.reshape(table, [kinds * heads, 1]), rows), [-1]);
}

/** All layers of a model ask for the same. */
const known = new WeakMap<SequenceLayout, Map<string, Int32Array>>();

function placesOf(layout: SequenceLayout, kinds: number, heads: number, farthest: number): Int32Array {
  const ofLayout = known.get(layout) ?? new Map<string, Int32Array>();
  known.set(layout, ofLayout);
  const key = `${kinds} ${heads} ${farthest}`;
  const places = ofLayout.get(key) ?? placesInTable(layout, kinds, heads, farthest);
  ofLayout.set(key, places);
  return places;
}

/** For each score in the order of {@link attention}'s bias, which number of the table belongs to it. */
function placesInTable(layout: SequenceLayout, kinds: number, heads: number, farthest: number): Int32Array {
  const { count, maxLength } = layout;
  const kindOf = new Int32Array(2 * maxLength);
  for (let distance = 1 - maxLength; distance < maxLength; distance++)
    kindOf[distance + maxLength] = distanceKind(distance, kinds, farthest);
  const places = new Int32Array(layout.pairs * heads);
  let next = 0;
  for (let s = 0; s < count; s++) {
    const length = layout.length(s);
    for (let head = 0; head < heads; head++) {
      for (let from = 0; from < length; from++) {
        for (let to = 0; to < length; to++) places[next++] = kindOf[to - from + maxLength]! * heads + head;
      }
    }
  }
  return places;
}

/** @param distance  of the token that is looked at from the one that looks */
function distanceKind(distance: number, kinds: number, farthest: number): number {
  const half = Math.floor(kinds / 2);
  const near = Math.floor(half / 2);
  const ahead = distance > 0 ? half : 0;
  const size = Math.abs(distance);
  if (size < near) return ahead + size;
  // In f32, as the tables were trained.
  const share = Math.fround(Math.fround(Math.log(Math.fround(size / near))) / Math.log(farthest / near));
  return ahead + Math.min(near + Math.trunc(Math.fround(share * (half - near))), half - 1);
}
