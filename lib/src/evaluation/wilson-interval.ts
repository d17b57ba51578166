import { ConfigError } from "../errors";

/** Standard deviations to each side of the middle that hold 95 % of a normal distribution. */
const Z_95 = 1.959964;

/**
 * Between which shares the true one lies, with 95 % confidence, if `right` of `rows` came out right: what an accuracy on so few
 * rows can tell. Unlike ± 1.96 standard errors it stays within 0 and 1.
 *
 * @returns [low, high]
 * @throws ConfigError unless 0 <= right <= rows and there is a row
 * @see Wilson 1927, "Probable inference, the law of succession, and statistical inference"; scipy.stats' BinomTestResult.proportion_ci
 * @example
 * wilsonInterval(412, 450); // [0.886, 0.938]: on 450 rows 91.6 % may be 89 or 94
 */
export function wilsonInterval(right: number, rows: number, z: number = Z_95): [low: number, high: number] {
  if (!(rows > 0) || !(right >= 0) || right > rows) {
    throw new ConfigError(`wilsonInterval: ${right} of ${rows} rows cannot have come out right.`);
  }
  const share = right / rows;
  const scale = 1 + z ** 2 / rows;
  const middle = (share + z ** 2 / (2 * rows)) / scale;
  const half = (z * Math.sqrt((share * (1 - share)) / rows + z ** 2 / (4 * rows ** 2))) / scale;
  return [Math.max(middle - half, 0), Math.min(middle + half, 1)];
}
