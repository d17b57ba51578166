import { accuracyOf, type GradedPrediction } from "finetune-ts";
import { count, percent } from "../numbers";
import { type Prose, prose } from "./prose";

/** What a run is summed up from. */
export interface RunFigures {
  /** Of the validation set. */
  graded: readonly GradedPrediction[];
  /** The share of the most frequent label. */
  baseline: number;
  seconds: number;
  steps: number;
  /** Right answers on sentences of another kind, where there are such. */
  challenge?: number | undefined;
}

/**
 * What was reached, in one paragraph.
 *
 * @throws ConfigError if there are no predictions
 *
 * @example
 * display(runFindings({ graded, baseline: 0.52, seconds: 26.1, steps: 676 }));
 */
export function runFindings({ graded, baseline, seconds, steps, challenge }: RunFigures): Prose {
  const accuracy = accuracyOf(graded);
  const points = (100 * (accuracy - baseline)).toFixed(1);
  const trained = `${count(steps)} steps in ${seconds.toFixed(1)} s`;
  const wrong = graded.filter(({ right }) => !right);
  const sure = wrong.reduce((sum, { confidence }) => sum + confidence, 0) / wrong.length;
  return prose([
    accuracy > baseline
      ? `${trained} took the accuracy on validation from the ${percent(baseline)} of the most frequent label to ${percent(accuracy)}, ` +
        `${points} points above it.`
      : `After ${trained} the accuracy on validation, ${percent(accuracy)}, is not above the ${percent(baseline)} of the most frequent ` +
        "label: the model has learned nothing yet that pays.",
    ...(challenge === undefined
      ? []
      : [`Of the sentences that were made to be hard, ${percent(challenge)} are right.`]),
    wrong.length > 0
      ? `Where it is wrong, it is ${percent(sure)} sure on average.`
      : "Not one sentence of validation is wrong: is it too easy, or was it in the training set?",
  ]);
}
