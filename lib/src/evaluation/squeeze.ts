import { ConfigError } from "../errors";
import type { Logits } from "./argmax";

/**
 * The only value of each row: what a regression predicts.
 *
 * @param logits [rows, 1]
 * @returns      [rows]
 * @throws ConfigError if a row has another number of values
 * @see numpy.squeeze(logits, axis=-1)
 * @example
 * squeeze({ data: Float32Array.of(0.5, 2), shape: [2, 1] }); // the outputs of a regression, one a row
 */
export function squeeze(logits: Logits): Float64Array {
  if (!("shape" in logits)) {
    const other = logits.findIndex((row) => row.length !== 1);
    if (other >= 0) {
      throw new ConfigError(
        `squeeze: row ${other} has ${logits[other]!.length} values; a regression has one.`,
      );
    }
    return Float64Array.from(logits, (row) => row[0]!);
  }
  const [rows, width] = logits.shape;
  if (logits.shape.length !== 2 || width !== 1 || rows !== logits.data.length) {
    throw new ConfigError(
      `squeeze: expected [rows, 1], found shape [${logits.shape.join(", ")}]. Of classes, take \`argmax\`.`,
    );
  }
  return Float64Array.from(logits.data);
}
