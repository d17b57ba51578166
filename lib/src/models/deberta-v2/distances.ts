import type { DebertaV2Config } from "./configuration";

/**
 * Which row of the table of distances stands for each distance -(longest - 1) … longest - 1, of the token that looks from the one
 * that is looked at.
 *
 * @see transformers, make_log_bucket_position
 */
export function distanceRows(
  longest: number,
  { positionBuckets, farthest, span }: DebertaV2Config,
): Int32Array {
  return Int32Array.from({ length: 2 * longest - 1 }, (_, i) => {
    const distance = i - (longest - 1);
    const kind = positionBuckets > 0 ? logarithmic(distance, positionBuckets, farthest) : distance;
    return Math.min(Math.max(kind + span, 0), 2 * span - 1);
  });
}

/** Near distances are a kind each; farther ones share theirs, the more the farther. */
function logarithmic(distance: number, buckets: number, farthest: number): number {
  const middle = Math.floor(buckets / 2);
  const size = Math.abs(distance);
  if (size <= middle) return distance;
  // In f32, as the tables were trained.
  const { fround, log } = Math;
  const share = fround(fround(log(fround(size / middle))) / fround(log(fround((farthest - 1) / middle))));
  return Math.sign(distance) * (Math.ceil(fround(share * (middle - 1))) + middle);
}
