import { ConfigError } from "../errors";
import { labelsOf } from "./confusion-matrix";
import { type CheckedInputs, labelInputs, type MetricInputs } from "./inputs";

/** How a figure of single labels becomes one of all. */
export interface AverageOptions {
  /**
   * `binary`: the figure of `posLabel` alone, for two classes. `micro`: from the counts of all labels together.
   * `macro`: the mean over labels. `weighted`: the mean weighted by how often each label is the true one.
   * Default `binary`.
   */
  average?: "binary" | "micro" | "macro" | "weighted";
  /** Which label is the positive one under `binary`. Default 1. */
  posLabel?: number;
  /** What 0 / 0 counts as. Default 0. */
  zeroDivision?: 0 | 1;
}

/** The names of {@link AverageOptions}. */
export const AVERAGE_OPTIONS: readonly (keyof AverageOptions)[] = ["average", "posLabel", "zeroDivision"];

/** How often a label was predicted rightly, how often at all, and how often it is the true one. */
export interface LabelCounts {
  truePositives: number;
  predicted: number;
  /** tp + fn */
  support: number;
}

/** A share of the counts, as numerator and denominator. */
export type Share = (counts: LabelCounts) => [numerator: number, denominator: number];

/**
 * A figure such as precision, of one label or over all of them.
 *
 * @throws ConfigError if the lengths differ, nothing is given, a label is no integer, or `binary` meets three labels
 * @see sklearn.metrics.precision_recall_fscore_support
 */
export function averaged(
  metric: string,
  inputs: MetricInputs,
  { average = "binary", posLabel = 1, zeroDivision = 0 }: AverageOptions,
  share: Share,
): number {
  const checked = labelInputs(metric, inputs);
  const labels = labelsOf(checked);
  const score = (counts: LabelCounts) => {
    const [numerator, denominator] = share(counts);
    return denominator === 0 ? zeroDivision : numerator / denominator;
  };
  if (average === "binary") {
    if (labels.length > 2 || (labels.length === 2 && !labels.includes(posLabel))) {
      throw new ConfigError(
        `${metric}: \`average: "binary"\` compares two labels, one of them ${posLabel} (\`posLabel\`), but the data has ` +
          `${labels.join(", ")}. Choose an \`average\` of "micro", "macro" or "weighted".`,
      );
    }
    return score(countsOf(checked, posLabel));
  }
  const counts = labels.map((label) => countsOf(checked, label));
  switch (average) {
    case "micro":
      return score(counts.reduce(add));
    case "macro":
      return counts.reduce((sum, each) => sum + score(each), 0) / counts.length;
    case "weighted":
      return counts.reduce((sum, each) => sum + score(each) * each.support, 0) / checked.references.length;
    default:
      throw new ConfigError(
        `${metric}: unknown \`average\` ${JSON.stringify(average)}; known are "binary", "micro", "macro" and "weighted".`,
      );
  }
}

function countsOf({ predictions, references }: CheckedInputs, label: number): LabelCounts {
  const counts = { truePositives: 0, predicted: 0, support: 0 };
  for (let row = 0; row < references.length; row++) {
    const isPredicted = predictions[row] === label;
    if (isPredicted) counts.predicted++;
    if (references[row] !== label) continue;
    counts.support++;
    if (isPredicted) counts.truePositives++;
  }
  return counts;
}

function add(a: LabelCounts, b: LabelCounts): LabelCounts {
  return {
    truePositives: a.truePositives + b.truePositives,
    predicted: a.predicted + b.predicted,
    support: a.support + b.support,
  };
}
