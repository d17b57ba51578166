import { ConfigError } from "../errors";
import type { Logits } from "./argmax";

/**
 * Probabilities from scores, row by row: e^score / sum of e^scores.
 *
 * @param logits [rows, classes]
 * @returns      a row each; its values are not negative and add up to 1
 * @throws ConfigError if it is not two-dimensional
 * @see scipy.special.softmax(logits, axis=-1)
 * @example
 * softmax([[0, 0], [2, 0]]); // [[0.5, 0.5], [0.88, 0.12]]
 */
export function softmax(logits: Logits): Float64Array[] {
  if (!("shape" in logits)) return logits.map((row) => rowSoftmax(row, 0, row.length));
  const [rows = 0, classes = 0] = logits.shape;
  if (logits.shape.length !== 2 || rows * classes !== logits.data.length) {
    throw new ConfigError(
      `softmax: expected [rows, classes], found shape [${logits.shape.join(", ")}] with ${logits.data.length} scores.`,
    );
  }
  return Array.from({ length: rows }, (_, row) => rowSoftmax(logits.data, row * classes, classes));
}

function rowSoftmax(scores: ArrayLike<number>, start: number, length: number): Float64Array {
  const row = Float64Array.from({ length }, (_, i) => scores[start + i]!);
  const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = row.map((score) => Math.exp(score - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
