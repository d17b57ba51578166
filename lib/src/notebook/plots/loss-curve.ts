import type { LogEntry } from "../../training/state";
import { line, series } from "./history";
import { type Plot, plot } from "./plot";
import { houseFigure, PALETTE } from "./plotly-figure";
import { textPlot } from "./text-charts";

/**
 * Training loss (the mean since the log line before) and validation loss, by optimizer step.
 *
 * @param history the Trainer's log history: entries with `loss` or `eval_loss`
 */
export function plotLossCurve(history: readonly LogEntry[]): Plot {
  const training = series(history, "step", "loss");
  const validation = series(history, "step", "eval_loss");
  const figure = houseFigure(
    [
      {
        ...line("training loss", training, PALETTE.blue),
        mode: "lines",
        hovertemplate: "step %{x}: %{y:.4f}",
      },
      {
        ...line("validation loss", validation, PALETTE.vermilion),
        mode: "lines+markers",
        line: { color: PALETTE.vermilion, width: 2, dash: "dash" },
        hovertemplate: "step %{x}: %{y:.4f}",
      },
    ],
    { title: "Loss", x: { label: "step" }, y: { label: "cross-entropy", rangemode: "tozero" } },
  );
  const chart = textPlot([
    { mark: "·", points: training },
    { mark: "●", points: validation },
  ]);
  return plot(figure, `Loss by step (· training, ● validation)\n${chart}`);
}
