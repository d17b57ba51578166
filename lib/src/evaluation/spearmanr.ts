import { checkValues, type MetricInputs } from "./inputs";
import { correlation } from "./pearsonr";

/**
 * Spearman's rank correlation coefficient: Pearson's of the ranks, ties sharing the mean of their ranks.
 *
 * @returns -1 … 1; NaN where one side is constant or holds a NaN, as in SciPy
 * @throws ConfigError if the lengths differ, fewer than two rows are given, or an entry is no number
 * @see scipy.stats.spearmanr
 */
export function spearmanr(inputs: MetricInputs): number {
  checkValues("spearmanr", inputs);
  return correlation(ranks(inputs.predictions), ranks(inputs.references));
}

/** Ranks from 1; all NaN if one value is. @see scipy.stats.rankdata */
function ranks(values: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(values);
  if (sorted.some(Number.isNaN)) return sorted.fill(NaN);
  const order = Uint32Array.from(sorted, (_, row) => row).sort((a, b) => values[a]! - values[b]!);
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    const shared = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) result[order[i]!] = shared;
    start = end;
  }
  return result;
}
