import { labelInputs, type MetricInputs } from "./inputs";

/**
 * Matthews correlation coefficient, for any number of labels (Gorodkin's R_K): with s rows, c of them right, and
 * t_k / p_k the rows that truly are / were predicted as k,
 * (c s - sum t_k p_k) / sqrt((s² - sum p_k²) (s² - sum t_k²)); 0 where that is 0 / 0.
 *
 * @returns -1 … 1
 * @throws ConfigError if the lengths differ, nothing is given, or a label is no integer
 * @see sklearn.metrics.matthews_corrcoef; Gorodkin 2004
 */
export function matthewsCorrelation(inputs: MetricInputs): number {
  const { predictions, references } = labelInputs("matthews_correlation", inputs);
  const rows = references.length;
  const trueCounts = new Map<number, number>();
  const predictedCounts = new Map<number, number>();
  let correct = 0;
  for (let row = 0; row < rows; row++) {
    const expected = references[row]!;
    const predicted = predictions[row]!;
    trueCounts.set(expected, (trueCounts.get(expected) ?? 0) + 1);
    predictedCounts.set(predicted, (predictedCounts.get(predicted) ?? 0) + 1);
    if (expected === predicted) correct++;
  }
  let products = 0;
  let trueSquares = 0;
  let predictedSquares = 0;
  for (const [label, times] of trueCounts) {
    trueSquares += times * times;
    products += times * (predictedCounts.get(label) ?? 0);
  }
  for (const times of predictedCounts.values()) predictedSquares += times * times;
  const denominator = Math.sqrt(rows * rows - predictedSquares) * Math.sqrt(rows * rows - trueSquares);
  return denominator === 0 ? 0 : (correct * rows - products) / denominator;
}
