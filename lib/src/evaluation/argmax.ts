import { ConfigError } from "../errors";

/** Rows of scores, one score a class: nested arrays, or a flat row-major matrix with its shape. */
export type Logits =
  readonly ArrayLike<number>[] | { readonly data: ArrayLike<number>; readonly shape: readonly number[] };

/**
 * The index of the largest score in each row; of equal ones the first, and NaN before all, as in NumPy.
 *
 * @param logits [rows, classes]
 * @returns      [rows], int32
 * @throws ConfigError if it is not two-dimensional or a row has no entries
 * @see numpy.argmax(logits, axis=-1)
 * @example
 * argmax([[-0.5, 2.1], [1.8, -0.3]]); // Int32Array [1, 0]
 */
export function argmax(logits: Logits): Int32Array {
  if (!("shape" in logits)) {
    return Int32Array.from(logits, (row, index) => {
      if (typeof row?.length !== "number" || row.length === 0) {
        throw new ConfigError(
          `argmax: row ${index} is ${JSON.stringify(row)}; each must be an array of scores.`,
        );
      }
      return largest(row, 0, row.length);
    });
  }
  const [rows, classes] = logits.shape;
  if (logits.shape.length !== 2 || !classes || rows! * classes !== logits.data.length) {
    throw new ConfigError(
      `argmax: expected [rows, classes], found shape [${logits.shape.join(", ")}] with ${logits.data.length} scores.`,
    );
  }
  return Int32Array.from({ length: rows! }, (_, row) => largest(logits.data, row * classes, classes));
}

function largest(scores: ArrayLike<number>, start: number, length: number): number {
  let best = 0;
  for (let i = 0; i < length; i++) {
    const score = scores[start + i]!;
    if (Number.isNaN(score)) return i;
    if (score > scores[start + best]!) best = i;
  }
  return best;
}
