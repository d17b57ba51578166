import { ConfigError } from "../errors";
import { labelsOf } from "./confusion-matrix";
import { checkLabels, type MetricInputs } from "./inputs";

export interface F1Options {
  /**
   * `binary`: the F1 of `posLabel` alone, for two classes. `micro`: from the counts of all labels together.
   * `macro`: the mean over labels. `weighted`: the mean weighted by how often each label is the true one.
   * Default `binary`.
   */
  average?: "binary" | "micro" | "macro" | "weighted";
  /** Which label is the positive one under `binary`. Default 1. */
  posLabel?: number;
}

/** tp, fp and fn of one label; `support` is how often it is the true one. */
interface LabelCounts {
  truePositives: number;
  falsePositives: number;
  support: number;
}

/**
 * Harmonic mean of precision and recall: 2 tp / (2 tp + fp + fn), and 0 where that is 0 / 0.
 *
 * @returns 0 … 1
 * @throws ConfigError if the lengths differ, nothing is given, a label is no integer, or `binary` meets three labels
 * @see sklearn.metrics.f1_score
 */
export function f1(inputs: MetricInputs, { average = "binary", posLabel = 1 }: F1Options = {}): number {
  checkLabels("f1", inputs);
  const labels = labelsOf(inputs);
  if (average === "binary") {
    if (labels.length > 2 || (labels.length === 2 && !labels.includes(posLabel))) {
      throw new ConfigError(
        `f1: \`average: "binary"\` compares two labels, one of them ${posLabel} (\`posLabel\`), but the data has ` +
          `${labels.join(", ")}. Choose an \`average\` of "micro", "macro" or "weighted".`,
      );
    }
    return score(count(inputs, posLabel));
  }
  const counts = labels.map((label) => count(inputs, label));
  switch (average) {
    case "micro":
      return score(counts.reduce(add));
    case "macro":
      return counts.reduce((sum, each) => sum + score(each), 0) / counts.length;
    case "weighted":
      return counts.reduce((sum, each) => sum + score(each) * each.support, 0) / inputs.references.length;
    default:
      throw new ConfigError(
        `f1: unknown \`average\` ${JSON.stringify(average)}; known are "binary", "micro", "macro" and "weighted".`,
      );
  }
}

function count({ predictions, references }: MetricInputs, label: number): LabelCounts {
  const counts = { truePositives: 0, falsePositives: 0, support: 0 };
  for (let row = 0; row < references.length; row++) {
    const isTrue = references[row] === label;
    if (isTrue) counts.support++;
    if (predictions[row] === label) counts[isTrue ? "truePositives" : "falsePositives"]++;
  }
  return counts;
}

function add(a: LabelCounts, b: LabelCounts): LabelCounts {
  return {
    truePositives: a.truePositives + b.truePositives,
    falsePositives: a.falsePositives + b.falsePositives,
    support: a.support + b.support,
  };
}

function score({ truePositives, falsePositives, support }: LabelCounts): number {
  // support is tp + fn
  const denominator = truePositives + falsePositives + support;
  return denominator === 0 ? 0 : (2 * truePositives) / denominator;
}
