import { labelInputs, type MetricInputs } from "./inputs";

/**
 * Share of rows whose predicted label is the true one.
 *
 * @returns 0 … 1
 * @throws ConfigError if the lengths differ, nothing is given, or a label is no integer
 * @see sklearn.metrics.accuracy_score
 */
export function accuracy(inputs: MetricInputs): number {
  const { predictions, references } = labelInputs("accuracy", inputs);
  let correct = 0;
  for (let row = 0; row < references.length; row++) {
    if (predictions[row] === references[row]) correct++;
  }
  return correct / references.length;
}
