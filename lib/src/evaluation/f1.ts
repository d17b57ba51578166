import { averaged, type AverageOptions } from "./averages";
import type { MetricInputs } from "./inputs";

/**
 * Harmonic mean of precision and recall: 2 tp / (2 tp + fp + fn).
 *
 * @returns 0 … 1
 * @throws ConfigError if the lengths differ, nothing is given, a label is no integer, or `binary` meets three labels
 * @see sklearn.metrics.f1_score
 */
export function f1(inputs: MetricInputs, options: AverageOptions = {}): number {
  return averaged("f1", inputs, options, ({ truePositives, predicted, support }) => [
    2 * truePositives,
    predicted + support,
  ]);
}
