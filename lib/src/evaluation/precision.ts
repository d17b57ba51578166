import { averaged, type AverageOptions } from "./averages";
import type { MetricInputs } from "./inputs";

/**
 * Of what was predicted as a label, the share that is: tp / (tp + fp).
 *
 * @returns 0 … 1
 * @throws ConfigError as {@link f1}
 * @see sklearn.metrics.precision_score
 */
export function precision(inputs: MetricInputs, options: AverageOptions = {}): number {
  return averaged("precision", inputs, options, ({ truePositives, predicted }) => [truePositives, predicted]);
}
