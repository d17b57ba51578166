/** What plots of accuracies have in common: how sure each is, and what costs nothing. */

import { wilsonInterval } from "finetune-ts";
import { percent } from "../numbers";
import { INK } from "./house-style";
import type { PlotlySeries } from "./plotly-figure";

/** Accuracies with the interval in which each true one lies with 95 %, where it is known how many rows they are of. */
export interface Intervals {
  /** For the trace of the accuracies. */
  bars: Pick<PlotlySeries, "error_y">;
  /** For the text form: "86.4 % (83.0 % – 89.3 %)". */
  notes: string[];
}

export function intervalsOf(
  accuracies: readonly number[],
  rows: number | undefined,
  color: string,
): Intervals {
  if (rows === undefined) return { bars: {}, notes: accuracies.map(percent) };
  const intervals = accuracies.map((accuracy) => wilsonInterval(accuracy * rows, rows));
  return {
    bars: {
      error_y: {
        type: "data",
        symmetric: false,
        array: intervals.map(([, high], at) => high - accuracies[at]!),
        arrayminus: intervals.map(([low], at) => accuracies[at]! - low),
        color,
      },
    },
    notes: intervals.map(
      ([low, high], at) => `${percent(accuracies[at]!)} (${percent(low)} – ${percent(high)})`,
    ),
  };
}

/** A dotted line at what costs nothing. */
export function baselineTrace(x: readonly number[], baseline: number): PlotlySeries {
  return {
    type: "scatter",
    name: "the larger class alone",
    x: [...x],
    y: x.map(() => baseline),
    line: { color: INK, width: 2, dash: "dot" },
    marker: { color: INK, size: 8 },
    mode: "lines",
    hovertemplate: "%{y:.2%}",
  };
}
