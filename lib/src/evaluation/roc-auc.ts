import { ConfigError } from "../errors";
import { ranks } from "./ranks";

/** What ranks rows, and what is true of them. */
export interface RocAucInputs {
  /** [rows] scores of the positive class (label 1, or the larger one); or [rows, classes] a score of each. */
  predictionScores: ArrayLike<number> | readonly ArrayLike<number>[];
  /** [rows] class labels; or [rows, labels], 1 where a label is there. */
  references: ArrayLike<number | bigint> | readonly ArrayLike<number | bigint>[];
}

export interface RocAucOptions {
  /** Over classes or labels. `micro` is for several labels a row only. Default `macro`. */
  average?: "macro" | "weighted" | "micro";
  /** Of more than two classes: each against the rest, or each pair. Default: such rows are refused. */
  multiClass?: "ovr" | "ovo";
}

export const ROC_AUC_OPTIONS: readonly (keyof RocAucOptions)[] = ["average", "multiClass"];

/**
 * Area under the receiver operating characteristic: how probable it is that a row of the class has a higher score than one
 * that is not of it, ties counting half. 0.5 is guessing.
 *
 * @returns 0 … 1
 * @throws ConfigError if the shapes do not fit, only one class occurs, or there are more than two and `multiClass` does not say how
 * @see sklearn.metrics.roc_auc_score
 */
export function rocAuc(inputs: RocAucInputs, { average = "macro", multiClass }: RocAucOptions = {}): number {
  const scores = matrix(inputs.predictionScores, "predictionScores");
  const labels = matrix(inputs.references, "references");
  if (scores.length !== labels.length || scores.length === 0) {
    throw new ConfigError(
      `roc_auc: ${scores.length} rows of scores but ${labels.length} references; there must be one of each a row, and at least one.`,
    );
  }
  if (!["macro", "weighted", "micro"].includes(average)) {
    throw new ConfigError(
      `roc_auc: unknown \`average\` ${JSON.stringify(average)}; known are "macro", "weighted" and "micro".`,
    );
  }
  const labelWidth = labels[0]!.length;
  const width = scores[0]!.length;
  if (labelWidth > 1) return ofSeveralLabels(scores, labels, average);
  const truth = labels.map(([label]) => label!);
  const classes = [...new Set(truth)].sort((a, b) => a - b);
  if (width === 1) {
    if (classes.length !== 2) throw wrongClasses(classes, "scores of one class need two labels");
    return areaUnder(
      scores.map(([score]) => score!),
      truth.map((label) => label === classes[1]),
    );
  }
  if (multiClass !== "ovr" && multiClass !== "ovo") {
    throw new ConfigError(
      `roc_auc: there are scores of ${width} classes; say by \`multiClass\` whether each is compared with the rest ("ovr") or with each other ("ovo").`,
    );
  }
  if (classes.length !== width) throw wrongClasses(classes, `scores of ${width} classes need as many labels`);
  if (average === "micro" && multiClass === "ovo") {
    throw new ConfigError('roc_auc: `average: "micro"` has no meaning for pairs of classes.');
  }
  return multiClass === "ovr"
    ? ofSeveralLabels(
        scores,
        truth.map((label) => classes.map((each) => Number(each === label))),
        average,
      )
    : ofPairs(scores, truth, classes, average);
}

function ofSeveralLabels(scores: number[][], labels: number[][], average: string): number {
  const width = labels[0]!.length;
  if (scores[0]!.length !== width) {
    throw new ConfigError(`roc_auc: ${scores[0]!.length} scores a row but ${width} labels.`);
  }
  if (average === "micro") return areaUnder(scores.flat(), labels.flat().map(Boolean));
  const areas = labels[0]!.map((_, label) =>
    areaUnder(
      scores.map((row) => row[label]!),
      labels.map((row) => Boolean(row[label])),
      label,
    ),
  );
  const weights = labels[0]!.map((_, label) =>
    average === "macro" ? 1 : labels.filter((row) => row[label]).length,
  );
  return weightedMean(areas, weights);
}

/** Hand and Till 2001: of each pair of classes, the mean of both directions. */
function ofPairs(scores: number[][], truth: number[], classes: number[], average: string): number {
  const areas: number[] = [];
  const weights: number[] = [];
  for (let a = 0; a < classes.length; a++) {
    for (let b = a + 1; b < classes.length; b++) {
      const rows = truth.flatMap((label, row) => (label === classes[a] || label === classes[b] ? [row] : []));
      const area = (column: number, positive: number) =>
        areaUnder(
          rows.map((row) => scores[row]![column]!),
          rows.map((row) => truth[row] === positive),
        );
      areas.push((area(a, classes[a]!) + area(b, classes[b]!)) / 2);
      weights.push(average === "macro" ? 1 : rows.length);
    }
  }
  return weightedMean(areas, weights);
}

/** The Mann-Whitney statistic, scaled to 1. */
function areaUnder(scores: readonly number[], isPositive: readonly boolean[], label?: number): number {
  const positives = isPositive.filter(Boolean).length;
  const negatives = isPositive.length - positives;
  if (positives === 0 || negatives === 0) {
    const which = label === undefined ? "" : ` of label ${label}`;
    throw new ConfigError(`roc_auc: all rows${which} are of one class; the area is not defined then.`);
  }
  let sum = 0;
  for (const [row, rank] of ranks(scores).entries()) if (isPositive[row]) sum += rank;
  return (sum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return values.reduce((sum, value, i) => sum + value * weights[i]!, 0) / total;
}

const wrongClasses = (classes: readonly number[], need: string) =>
  new ConfigError(`roc_auc: the references are ${classes.join(", ")}; ${need}.`);

/** [rows, width], a flat list as [rows, 1]. */
function matrix(
  values: ArrayLike<number | bigint> | readonly ArrayLike<number | bigint>[],
  name: string,
): number[][] {
  if (typeof values?.length !== "number") throw new ConfigError(`roc_auc: \`${name}\` is no array.`);
  const rows = Array.from(values, (row: number | bigint | ArrayLike<number | bigint>) =>
    typeof row === "object" ? Array.from(row, Number) : [Number(row)],
  );
  const odd = rows.findIndex((row) => row.length !== rows[0]!.length || row.some(Number.isNaN));
  if (odd >= 0) {
    throw new ConfigError(`roc_auc: ${name}[${odd}] is no number, or not as many as in the first row.`);
  }
  return rows;
}
