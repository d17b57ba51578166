import type { LogEntry } from "finetune-ts";
import type { PlotlySeries } from "./plotly-figure";

/** A line over points. */
export function line(name: string, points: readonly { x: number; y: number }[], color: string): PlotlySeries {
  return {
    type: "scatter",
    name,
    x: points.map((point) => point.x),
    y: points.map((point) => point.y),
    line: { color, width: 2 },
    marker: { color, size: 8 },
  };
}

/** One figure of a log history, by step or epoch; entries without it are left out. */
export function series(
  history: readonly LogEntry[],
  x: "step" | "epoch",
  figure: string,
): { x: number; y: number }[] {
  return history.flatMap((entry) => {
    const y = entry[figure];
    return y === undefined ? [] : [{ x: entry[x], y }];
  });
}
