import { ConfigError } from "../errors";

/** What a metric compares: one value a row in each, in the same order. Plain or typed arrays. */
export interface MetricInputs {
  /** [rows]: predicted class labels, or predicted values where the metric is a correlation. */
  predictions: ArrayLike<number>;
  /** [rows]: the true ones. */
  references: ArrayLike<number>;
}

/** @throws ConfigError unless both hold the same number of rows, and at least `minimum` of them */
export function checkLengths(metric: string, { predictions, references }: MetricInputs, minimum = 1): void {
  for (const [name, values] of Object.entries({ predictions, references })) {
    if (typeof values?.length !== "number") {
      throw new ConfigError(
        `${metric}: \`${name}\` is no array; pass numbers, one a row, in a plain or typed array.`,
      );
    }
  }
  if (predictions.length !== references.length) {
    throw new ConfigError(
      `${metric}: ${predictions.length} predictions but ${references.length} references; there must be one of each a row.`,
    );
  }
  if (predictions.length < minimum) {
    const found =
      predictions.length === 0 ? "nothing to compare: predictions and references are empty" : "one row";
    throw new ConfigError(
      `${metric}: ${found}; it needs at least ${minimum}. Is the evaluation dataset empty?`,
    );
  }
}

/** @throws ConfigError on different lengths, no rows, or a label that is no integer (logits, for instance) */
export function checkLabels(metric: string, inputs: MetricInputs): void {
  checkLengths(metric, inputs);
  for (const name of ["predictions", "references"] as const) {
    const labels = inputs[name];
    for (let row = 0; row < labels.length; row++) {
      if (Number.isInteger(labels[row])) continue;
      const hint = name === "predictions" ? " Of logits, take `argmax(logits)` first." : "";
      throw new ConfigError(
        `${metric}: ${name}[${row}] is ${String(labels[row])}; class labels must be integers.${hint}`,
      );
    }
  }
}

/** @throws ConfigError on different lengths, fewer than two rows, or entries that are no numbers (NaN is one) */
export function checkValues(metric: string, inputs: MetricInputs): void {
  checkLengths(metric, inputs, 2);
  for (const name of ["predictions", "references"] as const) {
    const values = inputs[name];
    for (let row = 0; row < values.length; row++) {
      if (typeof values[row] === "number") continue;
      throw new ConfigError(
        `${metric}: ${name}[${row}] is ${String(values[row])}; it compares one number a row, [rows] and not [rows, 1].`,
      );
    }
  }
}
