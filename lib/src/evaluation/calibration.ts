import { ConfigError } from "../errors";
import { refuseUnknownOptions } from "../known-options";

/** The rows whose confidence lies between two figures. */
export interface CalibrationBin {
  /** Confidences above this … */
  from: number;
  /** … and up to this. */
  to: number;
  rows: number;
  /** How many of them came out right. */
  right: number;
  /** Mean confidence; NaN where there are no rows. */
  confidence: number;
  /** Share that came out right; NaN where there are no rows. */
  accuracy: number;
}

export interface Calibration {
  bins: CalibrationBin[];
  /** Expected calibration error: the mean distance between confidence and accuracy, each bin weighted by its rows. */
  ece: number;
  /** Mean confidence of all rows. */
  confidence: number;
  /** Share of all rows that came out right. */
  accuracy: number;
}

export interface CalibrationInputs {
  /** The probability of the predicted label, for each row. */
  confidences: ArrayLike<number>;
  /** Whether it was the right one. */
  right: ArrayLike<boolean>;
}

export interface CalibrationOptions {
  /** Bins of equal width between 0 and 1. Default 10. */
  bins?: number;
}

/**
 * Whether confidence can be believed: of the predictions made with 80 %, eight in ten should be right.
 *
 * @throws ConfigError if the lengths differ, nothing is given, or a confidence is no probability
 * @see Guo et al. 2017, "On Calibration of Modern Neural Networks"
 * @example
 * calibration({ confidences: [0.9, 0.9], right: [true, false] }).ece; // 0.4: 90 % sure, half of them right
 */
export function calibration(
  { confidences, right }: CalibrationInputs,
  options: CalibrationOptions = {},
): Calibration {
  refuseUnknownOptions("calibration", options, ["bins"]);
  const { bins = 10 } = options;
  const rows = confidences.length;
  if (rows === 0 || rows !== right.length) {
    throw new ConfigError(`calibration: ${rows} confidences and ${right.length} answers do not go together.`);
  }
  if (!Number.isInteger(bins) || bins < 1)
    throw new ConfigError(`calibration: bins is ${bins}; it must be 1 or more.`);
  const sums = Array.from({ length: bins }, () => ({ rows: 0, confidence: 0, right: 0 }));
  for (let row = 0; row < rows; row++) {
    const confidence = confidences[row]!;
    if (!(confidence >= 0 && confidence <= 1 + 1e-6)) {
      throw new ConfigError(
        `calibration: row ${row} has a confidence of ${confidence}; it is no probability.`,
      );
    }
    // Bins are open below and closed above, as in the paper.
    const bin = sums[Math.min(Math.max(Math.ceil(confidence * bins) - 1, 0), bins - 1)]!;
    bin.rows += 1;
    bin.confidence += confidence;
    bin.right += right[row] ? 1 : 0;
  }
  const sum = (of: (bin: (typeof sums)[number]) => number) => sums.reduce((all, bin) => all + of(bin), 0);
  return {
    bins: sums.map((bin, at) => ({
      from: at / bins,
      to: (at + 1) / bins,
      rows: bin.rows,
      right: bin.right,
      confidence: bin.confidence / bin.rows,
      accuracy: bin.right / bin.rows,
    })),
    ece: sum((bin) => Math.abs(bin.right - bin.confidence)) / rows,
    confidence: sum((bin) => bin.confidence) / rows,
    accuracy: sum((bin) => bin.right) / rows,
  };
}
