import { ConfigError } from "../../errors";
import { percent } from "../plots/numbers";
import { type Prose, prose } from "./prose";

/** Vectors of the same texts, from two models. */
export interface StatesBeforeAfter {
  before: readonly ArrayLike<number>[];
  after: readonly ArrayLike<number>[];
  /** A class number for each text. */
  labels: readonly number[];
}

/**
 * How well the labels are told apart by the states of `[CLS]` alone, before and after training: each text is given the label whose
 * mean state is nearest, the text itself not counted in.
 *
 * @throws ConfigError if vectors and labels do not go together
 * @example
 * display(stateFindings({ before: [[0], [1]], after: [[0], [9]], labels: [0, 1] }));
 */
export function stateFindings({ before, after, labels }: StatesBeforeAfter): Prose {
  const [was, is] = [before, after].map((states) => nearestMeanAccuracy(states, labels)) as [number, number];
  const went = is > was ? "pulled the labels apart" : "not pulled the labels apart";
  return prose([
    `Sorted by which label's mean state is nearest, ${percent(was)} of the sentences lay with their own label before training, and ` +
      `${percent(is)} after it: training has ${went}.`,
  ]);
}

/** The share of vectors that lie nearest to the mean of their own label's others. */
export function nearestMeanAccuracy(states: readonly ArrayLike<number>[], labels: readonly number[]): number {
  if (states.length === 0 || states.length !== labels.length) {
    throw new ConfigError(
      `stateFindings: ${states.length} vectors with ${labels.length} labels do not go together.`,
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
