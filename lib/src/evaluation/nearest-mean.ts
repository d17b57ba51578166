import { ConfigError } from "../errors";

/** The share of vectors that lie nearest to the mean of their own label's others. */
export function nearestMeanAccuracy(states: readonly ArrayLike<number>[], labels: readonly number[]): number {
  if (states.length === 0 || states.length !== labels.length) {
    throw new ConfigError(
      `nearestMeanAccuracy: ${states.length} vectors with ${labels.length} labels do not go together.`,
    );
  }
  const width = states[0]!.length;
  const sums = new Map<number, { rows: number; sum: Float64Array }>();
  states.forEach((state, row) => {
    const own = sums.get(labels[row]!) ?? { rows: 0, sum: new Float64Array(width) };
    for (let i = 0; i < width; i++) own.sum[i]! += state[i]!;
    own.rows += 1;
    sums.set(labels[row]!, own);
  });
  const right = states.filter((state, row) => {
    let nearest = { label: NaN, distance: Infinity };
    for (const [label, { rows, sum }] of sums) {
      const self = label === labels[row] ? 1 : 0;
      if (rows === self) continue;
      let distance = 0;
      for (let i = 0; i < width; i++) {
        distance += (state[i]! - (sum[i]! - self * state[i]!) / (rows - self)) ** 2;
      }
      if (distance < nearest.distance) nearest = { label, distance };
    }
    return nearest.label === labels[row];
  });
  return right.length / states.length;
}
