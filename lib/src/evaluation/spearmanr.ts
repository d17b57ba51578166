import { type MetricInputs, valueInputs } from "./inputs";
import { correlation } from "./pearsonr";
import { ranks } from "./ranks";

/**
 * Spearman's rank correlation coefficient: Pearson's of the ranks, ties sharing the mean of their ranks.
 *
 * @returns -1 … 1; NaN where one side is constant or holds a NaN, as in SciPy
 * @throws ConfigError if the lengths differ, fewer than two rows are given, or an entry is no number
 * @see scipy.stats.spearmanr
 */
export function spearmanr(inputs: MetricInputs): number {
  const { predictions, references } = valueInputs("spearmanr", inputs);
  return correlation(ranks(predictions), ranks(references));
}
