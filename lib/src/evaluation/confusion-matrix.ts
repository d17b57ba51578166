import { ConfigError } from "../errors";
import { type CheckedInputs, labelInputs, type MetricInputs } from "./inputs";

export interface ConfusionMatrixOptions {
  /** Which labels stand in rows and columns, in this order; rows of other labels are left out. Default: all that occur, sorted. */
  labels?: readonly number[];
  /** Divide by the number of rows that truly have the label, that were predicted so, or by all. Default: counts. */
  normalize?: "true" | "pred" | "all";
}

/** The names of {@link ConfusionMatrixOptions}. */
export const CONFUSION_MATRIX_OPTIONS: readonly (keyof ConfusionMatrixOptions)[] = ["labels", "normalize"];

/** The labels that occur in predictions or references, sorted. */
export function labelsOf({ predictions, references }: CheckedInputs): number[] {
  const seen = new Set<number>();
  for (const labels of [references, predictions]) {
    for (let row = 0; row < labels.length; row++) seen.add(labels[row]!);
  }
  return [...seen].sort((a, b) => a - b);
}

/**
 * How often each true label (row) was predicted as each label (column).
 *
 * @returns [labels, labels]
 * @throws ConfigError if the lengths differ, nothing is given, a label is no integer, or none of `labels` occurs
 * @see sklearn.metrics.confusion_matrix
 * @example
 * confusionMatrix({ predictions: [1, 1, 0], references: [1, 0, 0] }); // [[1, 1], [0, 1]]
 */
export function confusionMatrix(inputs: MetricInputs, options: ConfusionMatrixOptions = {}): number[][] {
  const { predictions, references } = labelInputs("confusion_matrix", inputs);
  const labels = options.labels ?? labelsOf({ predictions, references });
  const indexOf = new Map(labels.map((label, index) => [label, index]));
  if (indexOf.size !== labels.length) {
    throw new ConfigError(`confusion_matrix: \`labels\` names a label twice: ${labels.join(", ")}.`);
  }
  const matrix = labels.map(() => new Array<number>(labels.length).fill(0));
  let known = false;
  for (let row = 0; row < references.length; row++) {
    const expected = indexOf.get(references[row]!);
    const predicted = indexOf.get(predictions[row]!);
    known ||= expected !== undefined;
    if (expected !== undefined && predicted !== undefined) matrix[expected]![predicted]! += 1;
  }
  if (!known) {
    throw new ConfigError(
      `confusion_matrix: none of the labels ${labels.join(", ")} occurs in the references.`,
    );
  }
  return options.normalize === undefined ? matrix : normalized(matrix, options.normalize);
}

/** A row or column without entries stays 0, as in scikit-learn. */
function normalized(matrix: number[][], by: "true" | "pred" | "all"): number[][] {
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const rows = matrix.map(sum);
  const columns = matrix.map((_, column) => sum(matrix.map((row) => row[column]!)));
  const all = sum(rows);
  const total = (row: number, column: number) =>
    by === "true" ? rows[row]! : by === "pred" ? columns[column]! : all;
  return matrix.map((counts, row) =>
    counts.map((count, column) => (count === 0 ? 0 : count / total(row, column))),
  );
}
