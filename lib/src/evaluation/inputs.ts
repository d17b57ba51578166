import { ConfigError } from "../errors";

/** What a metric compares: one value a row in each, in the same order. Plain or typed arrays. */
export interface MetricInputs {
  /** [rows], predicted class labels, or predicted values where the metric is a correlation. */
  predictions: ArrayLike<number | bigint>;
  /** [rows], the true ones. */
  references: ArrayLike<number | bigint>;
}

/** Inputs of which every entry is a number. */
export interface CheckedInputs {
  predictions: ArrayLike<number>;
  references: ArrayLike<number>;
}

const SIDES = ["predictions", "references"] as const;

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

/**
 * Class labels as numbers; bigints, which columns of int64 may hold, among them.
 *
 * @throws ConfigError on different lengths, no rows, or a label that is no integer (logits, for instance)
 */
export function labelInputs(metric: string, inputs: MetricInputs): CheckedInputs {
  checkLengths(metric, inputs);
  return eachSide(inputs, (value, name, row) => {
    if (Number.isInteger(value)) return value as number;
    if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) return Number(value);
    const hint = name === "predictions" ? " Of logits, take `argmax(logits)` first." : "";
    throw new ConfigError(
      `${metric}: ${name}[${row}] is ${String(value)}; class labels must be integers.${hint}`,
    );
  });
}

/**
 * Values as numbers.
 *
 * @throws ConfigError on different lengths, fewer than two rows, or entries that are no numbers (NaN is one)
 */
export function valueInputs(metric: string, inputs: MetricInputs): CheckedInputs {
  checkLengths(metric, inputs, 2);
  return eachSide(inputs, (value, name, row) => {
    if (typeof value === "number" || typeof value === "bigint") return Number(value);
    throw new ConfigError(
      `${metric}: ${name}[${row}] is ${String(value)}; it compares one number a row, [rows] and not [rows, 1].`,
    );
  });
}

function eachSide(
  inputs: MetricInputs,
  number: (value: unknown, name: (typeof SIDES)[number], row: number) => number,
): CheckedInputs {
  const [predictions, references] = SIDES.map((name) => {
    return Array.from(inputs[name], (value: unknown, row) => number(value, name, row));
  }) as [number[], number[]];
  return { predictions, references };
}
