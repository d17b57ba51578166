import { type MetricInputs, valueInputs } from "./inputs";

/**
 * Pearson's correlation coefficient.
 *
 * @returns -1 … 1; NaN where one side is constant or holds a NaN, as in SciPy
 * @throws ConfigError if the lengths differ, fewer than two rows are given, or an entry is no number
 * @see scipy.stats.pearsonr
 */
export function pearsonr(inputs: MetricInputs): number {
  const { predictions, references } = valueInputs("pearsonr", inputs);
  return correlation(predictions, references);
}

/** Two passes, as in SciPy: sums of products of uncentred values would cancel. */
export function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const meanX = mean(x);
  const meanY = mean(y);
  let products = 0;
  let squaresX = 0;
  let squaresY = 0;
  for (let row = 0; row < x.length; row++) {
    const dx = x[row]! - meanX;
    const dy = y[row]! - meanY;
    products += dx * dy;
    squaresX += dx * dx;
    squaresY += dy * dy;
  }
  const r = products / (Math.sqrt(squaresX) * Math.sqrt(squaresY));
  // Rounding may carry a perfect correlation just past 1.
  return Math.max(-1, Math.min(1, r));
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let row = 0; row < values.length; row++) sum += values[row]!;
  return sum / values.length;
}
