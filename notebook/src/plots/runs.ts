import { ConfigError } from "finetune-ts";
import { refuseUnknownOptions } from "finetune-ts/internal";
import { percent } from "../numbers";
import { baselineTrace, intervalsOf } from "./accuracies";
import { type Plot, plot } from "./plot";
import { houseFigure, PALETTE } from "./house-style";
import type { PlotlyTrace } from "./plotly-figure";
import { textBars } from "./text-charts";

/** A run and what it came to. */
export interface RunAccuracy {
  name: string;
  /** 0 to 1. */
  accuracy: number;
}

export interface RunsPlotOptions {
  /** Rows that were evaluated: gives each run the interval in which its true accuracy lies with 95 %. Default: none. */
  rows?: number;
  /** What one has without learning anything: a line to be above of. Default: none. */
  baseline?: number;
  /** Default "Accuracy by run". */
  title?: string;
}

/**
 * Runs beside each other by their accuracy. Where intervals overlap by much, one run is not known to be better than the other.
 *
 * @throws ConfigError if there are no runs
 * @example
 * display(plotRuns([{ name: "1e-4", accuracy: 0.82 }, { name: "1e-2", accuracy: 0.48 }], { rows: 450, baseline: 0.52 }));
 */
export function plotRuns(runs: readonly RunAccuracy[], options: RunsPlotOptions = {}): Plot {
  refuseUnknownOptions("plotRuns", options, ["rows", "baseline", "title"]);
  const { rows, baseline, title = "Accuracy by run" } = options;
  if (runs.length === 0) throw new ConfigError("plotRuns: there are no runs.");
  const at = runs.map((_, index) => index);
  const accuracies = runs.map(({ accuracy }) => accuracy);
  const { bars: error, notes } = intervalsOf(accuracies, rows, PALETTE.blue);
  const traces: PlotlyTrace[] = [
    {
      type: "scatter",
      name: "accuracy",
      mode: "markers",
      x: at,
      y: accuracies,
      marker: { color: PALETTE.blue, size: 10 },
      hovertext: runs.map(({ name }) => name),
      hovertemplate: "%{hovertext}: %{y:.1%}<extra></extra>",
      ...error,
    },
  ];
  const ends = [-0.5, runs.length - 0.5] as [number, number];
  if (baseline !== undefined) traces.push(baselineTrace(ends, baseline));
  const figure = houseFigure(
    traces,
    {
      title,
      x: {
        label: "",
        tickvals: at,
        ticktext: runs.map(({ name }) => name),
        tickangle: -30,
        range: ends,
        showgrid: false,
      },
      y: { label: "accuracy", tickformat: ".0%" },
    },
    { height: 420, margin: { l: 60, r: 20, t: 80, b: 110 } },
  );
  const bars = runs.map(({ name, accuracy }, index) => ({
    label: name,
    value: accuracy,
    note: notes[index]!,
  }));
  if (baseline !== undefined) bars.push({ label: "larger class", value: baseline, note: percent(baseline) });
  return plot(figure, title, textBars(bars, { full: 1 }));
}
