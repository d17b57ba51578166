import { averaged, type AverageOptions } from "./averages";
import type { MetricInputs } from "./inputs";

/**
 * Of what is of a label, the share that was predicted so: tp / (tp + fn).
 *
 * @returns 0 … 1
 * @throws ConfigError as {@link f1}
 * @see sklearn.metrics.recall_score
 */
export function recall(inputs: MetricInputs, options: AverageOptions = {}): number {
  return averaged("recall", inputs, options, ({ truePositives, support }) => [truePositives, support]);
}
