import { nearestMeanAccuracy } from "finetune-ts/internal";
import { percent } from "../numbers";
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
