import type { LogEntry } from "../../training/state";
import { line, series } from "./history";
import { percent } from "./numbers";
import { type Plot, plot } from "./plot";
import { houseFigure, PALETTE } from "./plotly-figure";
import { textBars } from "./text-charts";

/**
 * Accuracy after each evaluation, by epoch.
 *
 * @param history the Trainer's log history: entries with `eval_accuracy`
 */
export function plotAccuracy(history: readonly LogEntry[]): Plot {
  // A run that was cut short ends at an odd fraction of an epoch.
  const points = series(history, "epoch", "eval_accuracy").map(({ x, y }) => ({
    x: Number(x.toPrecision(3)),
    y,
  }));
  const figure = houseFigure(
    [
      {
        ...line("accuracy", points, PALETTE.green),
        mode: "lines+markers+text",
        text: points.map(({ y }) => percent(y)),
        textposition: "top center",
        cliponaxis: false,
        hovertemplate: "epoch %{x}: %{y:.2%}<extra></extra>",
      },
    ],
    {
      title: "Validation accuracy",
      x: { label: "epoch", tickvals: points.map(({ x }) => x) },
      y: { label: "accuracy", tickformat: ".1%" },
    },
  );
  const bars = points.map(({ x, y }) => ({
    label: `epoch ${x}`,
    value: y,
    note: percent(y),
  }));
  return plot(figure, `Validation accuracy by epoch\n${textBars(bars, { full: 1 })}`);
}
