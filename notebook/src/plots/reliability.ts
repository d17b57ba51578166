import { calibration, type CalibrationOptions, type GradedPrediction } from "finetune-ts";
import { refuseUnknownOptions } from "finetune-ts/internal";
import { line } from "./history";
import { count, percent } from "../numbers";
import { type Plot, plot } from "./plot";
import { houseFigure, INK, PALETTE } from "./house-style";
import { textBars } from "./text-charts";

/**
 * A reliability diagram: of the predictions made with a confidence between 80 % and 90 %, how many are right? Bars that end below
 * the diagonal say that the model is surer than it should be. The title has the expected calibration error (ECE).
 *
 * @throws ConfigError if nothing is given
 * @see Guo et al. 2017, "On Calibration of Modern Neural Networks"
 * @example
 * display(plotReliability(gradePredictions(await trainer.predict(tokenizedDatasets.validation))));
 */
export function plotReliability(graded: readonly GradedPrediction[], options: CalibrationOptions = {}): Plot {
  refuseUnknownOptions("plotReliability", options, ["bins"]);
  const { bins = 10 } = options;
  const found = calibration(
    { confidences: graded.map(({ confidence }) => confidence), right: graded.map(({ right }) => right) },
    { bins },
  );
  const used = found.bins.filter(({ rows }) => rows > 0);
  const title = `Reliability (ECE ${percent(found.ece)})`;
  const diagonal = [
    { x: 0, y: 0 },
    { x: 1, y: 1 },
  ];
  const figure = houseFigure(
    [
      {
        type: "bar",
        name: "right answers",
        x: used.map(({ from, to }) => (from + to) / 2),
        y: used.map(({ accuracy }) => accuracy),
        width: 0.94 / bins,
        text: used.map(({ rows }) => count(rows)),
        textposition: "outside",
        cliponaxis: false,
        hovertemplate: "confidence %{x:.0%}: %{y:.1%} of %{text} right<extra></extra>",
        marker: { color: PALETTE.blue },
      },
      {
        ...line("as sure as right", diagonal, INK),
        mode: "lines",
        line: { color: INK, width: 2, dash: "dot" },
        hovertemplate: "%{y:.0%}",
      },
    ],
    {
      title,
      x: { label: "confidence", tickformat: ".0%", range: [0, 1], showgrid: false },
      y: { label: "right", tickformat: ".0%", range: [0, 1.08] },
    },
  );
  const bars = used.map(({ from, to, rows, accuracy, confidence }) => ({
    label: `${percent(from)} – ${percent(to)}`,
    value: accuracy,
    note: `${percent(accuracy)} of ${count(rows)} right, ${percent(confidence)} sure`,
  }));
  return plot(figure, `${title}: how many are right, by confidence`, textBars(bars, { full: 1 }));
}
