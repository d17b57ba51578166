/** One figure of ours against the reference's. */
export interface Check {
  name: string;
  /** Largest deviation found. NaN never passes. */
  deviation: number;
  bound: number;
  /** What the deviation is measured over, and where it was largest. */
  note?: string;
}

export const passes = ({ deviation, bound }: Check): boolean => deviation <= bound;

/** `logits                    1.5e-8  bound 1e-5   ok   8 x 2`, all columns aligned. */
export function describeCheck(check: Check): string {
  const figure = (value: number) =>
    value === 0 ? "0" : value.toExponential(1).replace(/\.0e/, "e").replace("e+", "e");
  const columns = [
    check.name.padEnd(34),
    figure(check.deviation).padStart(8),
    `bound ${figure(check.bound)}`.padEnd(12),
    passes(check) ? "ok  " : "FAIL",
    check.note ?? "",
  ];
  return columns.join("  ").trimEnd();
}

/** Nested arrays of numbers, as JSON has tensors. */
export type Nested = number | readonly Nested[];

export function flatten(values: Nested): number[] {
  return typeof values === "number" ? [values] : values.flatMap(flatten);
}

/** The largest absolute difference; infinite where the lengths differ, NaN where a number is. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (!(difference <= largest)) largest = difference;
    if (Number.isNaN(difference)) return NaN;
  }
  return largest;
}

/** Norm of the difference over the norm of what is expected. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / norm);
}

/** The name with the largest deviation; names that are missing count as infinitely far off. */
export function worst(deviations: ReadonlyMap<string, number>): { name: string; deviation: number } {
  let result = { name: "", deviation: 0 };
  for (const [name, deviation] of deviations) {
    if (!(deviation <= result.deviation)) result = { name, deviation };
    if (Number.isNaN(deviation)) return result;
  }
  return result;
}
