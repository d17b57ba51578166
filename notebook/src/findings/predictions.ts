import { accuracyOf, calibration, type GradedPrediction, wilsonInterval } from "finetune-ts";
import { count, percent } from "../numbers";
import { type Prose, prose } from "./prose";

/** Confidence and accuracy that differ by less than this agree. */
const CLOSE = 0.02;

/**
 * What graded predictions come to: how many are right and how sure one can be of that, which label is missed more often, and
 * whether confidence can be believed.
 *
 * @param labels names of the classes, in the order of their numbers
 * @throws ConfigError if there are no predictions
 * @example
 * display(predictionFindings(graded, { labels: ["negative", "positive"] }));
 */
export function predictionFindings(
  graded: readonly GradedPrediction[],
  { labels }: { labels: readonly string[] },
): Prose {
  const { ece, confidence, accuracy } = calibration({
    confidences: graded.map((each) => each.confidence),
    right: graded.map(({ right }) => right),
  });
  const right = graded.filter((each) => each.right).length;
  const [low, high] = wilsonInterval(right, graded.length);
  return prose([
    `${count(right)} of ${count(graded.length)} are right (${percent(accuracy)}); with so many ` +
      `sentences, the true share lies between ${percent(low)} and ${percent(high)}, with 95 % confidence.`,
    ...missed(graded, labels),
    calibrated(confidence, accuracy, ece),
  ]);
}

/** Which label comes out right least often. */
function missed(graded: readonly GradedPrediction[], labels: readonly string[]): string[] {
  const recalls = labels.flatMap((name, label) => {
    const own = graded.filter(({ reference }) => reference === label);
    return own.length > 0 ? [{ name, share: accuracyOf(own) }] : [];
  });
  const [first, ...rest] = recalls.sort((a, b) => a.share - b.share);
  const last = rest.at(-1);
  if (!first || !last) return [];
  if (first.share === last.share)
    return [`Every label is recognised equally often (${percent(first.share)}).`];
  return [
    `"${first.name}" is recognised least often (${percent(first.share)}), "${last.name}" most often (${percent(last.share)}).`,
  ];
}

function calibrated(confidence: number, accuracy: number, ece: number): string {
  const gap = confidence - accuracy;
  const figures = `${percent(confidence)} sure on average, ${percent(accuracy)} right, ECE ${percent(ece)}`;
  if (Math.abs(gap) < CLOSE) return `On average it is as sure as it is right (${figures}).`;
  return gap > 0
    ? `It is surer than it is right (${figures}): do not take its confidence for a probability.`
    : `It is less sure than it could be (${figures}).`;
}
