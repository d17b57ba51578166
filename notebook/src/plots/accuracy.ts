import { refuseUnknownOptions } from "finetune-ts/internal";
import type { LogEntry } from "finetune-ts";
import { baselineTrace, intervalsOf } from "./accuracies";
import { line, series } from "./history";
import { percent } from "../numbers";
import { type Plot, plot } from "./plot";
import { houseFigure, PALETTE } from "./house-style";
import type { PlotlyTrace } from "./plotly-figure";
import { textBars } from "./text-charts";

export interface AccuracyPlotOptions {
  /** What one has without learning anything, such as the share of the larger class: a line to be above of. Default: none. */
  baseline?: number;
  /** Rows that were evaluated: gives each point the interval in which the true accuracy lies with 95 %. Default: none. */
  rows?: number;
}

/**
 * Accuracy after each evaluation, by epoch.
 *
 * @param history the Trainer's log history: entries with `eval_accuracy`
 * @example
 * display(plotAccuracy(trainer.state.logHistory, { baseline: 0.52, rows: 450 }));
 */
export function plotAccuracy(history: readonly LogEntry[], options: AccuracyPlotOptions = {}): Plot {
  refuseUnknownOptions("plotAccuracy", options, ["baseline", "rows"]);
  const { baseline, rows } = options;
  // A run that was cut short ends at an odd fraction of an epoch.
  const points = series(history, "epoch", "eval_accuracy").map(({ x, y }) => ({
    x: Number(x.toPrecision(3)),
    y,
  }));
  const accuracies = points.map(({ y }) => y);
  const { bars: error, notes } = intervalsOf(accuracies, rows, PALETTE.green);
  const traces: PlotlyTrace[] = [
    {
      ...line("accuracy", points, PALETTE.green),
      mode: "lines+markers+text",
      text: points.map(({ y }) => percent(y)),
      // Beside the interval, not across it.
      textposition: rows === undefined ? "top center" : "bottom right",
      cliponaxis: false,
      hovertemplate: "epoch %{x}: %{y:.2%}<extra></extra>",
      ...error,
    },
  ];
  if (baseline !== undefined) {
    const ends = [points[0], points.at(-1)].flatMap((point) => (point ? [point.x] : []));
    traces.push(baselineTrace(ends, baseline));
  }
  const figure = houseFigure(traces, {
    title: "Validation accuracy",
    x: {
      label: "epoch",
      tickvals: points.map(({ x }) => x),
      ...(rows !== undefined && { range: withRoom(points) }),
    },
    y: { label: "accuracy", tickformat: ".1%" },
  });
  const bars = points.map(({ x, y }, at) => ({ label: `epoch ${x}`, value: y, note: notes[at]! }));
  if (baseline !== undefined) bars.push({ label: "larger class", value: baseline, note: percent(baseline) });
  return plot(figure, "Validation accuracy by epoch", textBars(bars, { full: 1 }));
}

/** The epochs, with room for a figure to the right of the last. */
function withRoom(points: readonly { x: number }[]): [number, number] {
  const first = points[0]?.x ?? 0;
  const last = points.at(-1)?.x ?? 1;
  const span = last - first || 1;
  return [first - 0.1 * span, last + 0.25 * span];
}
