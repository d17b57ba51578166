import type * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../errors";

/**
 * What a classifier's outputs mean: one class of several (softmax, cross-entropy), any number of labels (sigmoid, binary
 * cross-entropy), or values (the mean of the squared differences).
 *
 * @see transformers.PretrainedConfig.problem_type
 */
export type ProblemType = "single_label_classification" | "multi_label_classification" | "regression";

const PROBLEM_TYPES: readonly unknown[] = [
  "single_label_classification",
  "multi_label_classification",
  "regression",
] satisfies ProblemType[];

/** @throws ConfigError if it is none */
export function checkProblemType(value: unknown, source: string): ProblemType | null {
  if (value === undefined || value === null) return null;
  if (PROBLEM_TYPES.includes(value)) return value as ProblemType;
  throw new ConfigError(
    `${source}: problem_type is ${JSON.stringify(value)}; it has to be one of ${PROBLEM_TYPES.join(", ")}, or null.`,
  );
}

/** What labels are for, where the configuration does not say: one value a row, one class of several, or a list a row. */
export function problemTypeOf(numLabels: number, labels: tf.Tensor): ProblemType {
  if (numLabels === 1) return "regression";
  return labels.rank === 2 ? "multi_label_classification" : "single_label_classification";
}

/** What {@link checkLabels} and the loss know of a classifier. */
export interface LabelledProblem {
  problemType: ProblemType;
  numLabels: number;
}

/** @throws ConfigError that names the first row of the batch whose labels are no answer to such a problem */
export function checkLabels(labels: tf.Tensor, { problemType, numLabels }: LabelledProblem): void {
  const [rows = 0, width = 1] = labels.shape;
  const values = labels.dataSync();
  if (problemType === "single_label_classification") {
    if (labels.rank === 2 && width !== 1) {
      throw new ConfigError(
        `Row 0 of the batch has a list of ${width} labels, and the model's problem_type is single_label_classification; ` +
          "problemType: 'multi_label_classification' takes lists.",
      );
    }
    for (const [row, label] of values.entries()) checkClass(label, row, numLabels);
    return;
  }
  if (values.length !== rows * numLabels) {
    const found = labels.rank === 2 ? `${width} labels` : "one label";
    throw new ConfigError(
      `Row 0 of the batch has ${found}; this model has ${numLabels}, and its problem_type ${problemType} asks for each.`,
    );
  }
  if (problemType === "regression") return;
  for (const [place, value] of values.entries()) {
    if (value >= 0 && value <= 1) continue;
    throw new ConfigError(
      `Row ${Math.floor(place / numLabels)} of the batch has ${value} for label ${place % numLabels}; a label is there (1) or not ` +
        "(0), or a probability between.",
    );
  }
}

/** What makes scores of a model's outputs. */
export type ScoreFunction = "softmax" | "sigmoid" | "none";

/** "none" for a regression, "sigmoid" for several labels or for one output, else "softmax". @see transformers.TextClassificationPipeline */
export function scoreFunctionOf({
  problemType,
  numLabels,
}: {
  problemType: ProblemType | null;
  numLabels: number;
}): ScoreFunction {
  if (problemType === "regression") return "none";
  return problemType === "multi_label_classification" || numLabels === 1 ? "sigmoid" : "softmax";
}

function checkClass(label: number, row: number, numLabels: number): void {
  if (Number.isInteger(label) && label >= 0 && label < numLabels) return;
  throw new ConfigError(
    `Row ${row} of the batch has the label ${label}; this model has ${numLabels} classes (0 … ${numLabels - 1}). ` +
      "Unlabelled rows (label -1) can be predicted but not trained or evaluated on.",
  );
}
