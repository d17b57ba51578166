import { ConfigError, type LogEntry } from "finetune-ts";
import { refuseUnknownOptions } from "finetune-ts/internal";
import { line, series } from "./history";
import { type Plot, plot } from "./plot";
import { houseFigure, PALETTE } from "./house-style";
import { textPlot } from "./text-charts";

export interface LossCurveOptions {
  /**
   * Log entries of which the moving average is drawn, those up to the point itself; 1 draws none. Default 5 where there are ten
   * entries or more.
   */
  smoothing?: number;
}

/**
 * Training loss (the mean since the log line before) and validation loss, by optimizer step. A batch is a small sample, so its loss
 * jumps; the moving average shows where it is going.
 *
 * @param history the Trainer's log history: entries with `loss` or `eval_loss`
 * @example
 * display(plotLossCurve(trainer.state.logHistory, { smoothing: 10 }));
 */
export function plotLossCurve(history: readonly LogEntry[], options: LossCurveOptions = {}): Plot {
  refuseUnknownOptions("plotLossCurve", options, ["smoothing"]);
  const training = series(history, "step", "loss");
  const validation = series(history, "step", "eval_loss");
  const { smoothing = training.length >= 10 ? 5 : 1 } = options;
  if (!Number.isInteger(smoothing) || smoothing < 1) {
    throw new ConfigError(`plotLossCurve: smoothing is ${smoothing}; it counts log entries: 1, 2, 3, …`);
  }
  const smooth = smoothing > 1 ? movingAverage(training, smoothing) : [];
  const hovertemplate = "step %{x}: %{y:.4f}";
  const figure = houseFigure(
    [
      {
        ...line("training loss", training, PALETTE.blue),
        mode: "lines",
        hovertemplate,
        ...(smooth.length > 0 && { opacity: 0.4 }),
      },
      ...(smooth.length > 0
        ? [
            {
              ...line(`mean of ${smoothing}`, smooth, PALETTE.blue),
              line: { color: PALETTE.blue, width: 3 },
              mode: "lines" as const,
              hovertemplate,
            },
          ]
        : []),
      {
        ...line("validation loss", validation, PALETTE.vermilion),
        mode: "lines+markers",
        line: { color: PALETTE.vermilion, width: 2, dash: "dash" },
        hovertemplate,
      },
    ],
    { title: "Loss", x: { label: "step" }, y: { label: "cross-entropy", rangemode: "tozero" } },
  );
  const chart = textPlot([
    { mark: "·", points: training },
    { mark: "─", points: smooth },
    { mark: "●", points: validation },
  ]);
  const marks = ["· training", ...(smooth.length > 0 ? [`─ mean of ${smoothing}`] : []), "● validation"];
  return plot(figure, `Loss by step (${marks.join(", ")})`, chart);
}

/** At each point from the `window`-th on, the mean of the `window` points up to it. */
function movingAverage(
  points: readonly { x: number; y: number }[],
  window: number,
): { x: number; y: number }[] {
  return points.slice(window - 1).map(({ x }, at) => {
    const own = points.slice(at, at + window);
    return { x, y: own.reduce((sum, { y }) => sum + y, 0) / window };
  });
}
