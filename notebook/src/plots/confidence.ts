import { calibration, type CalibrationOptions, ConfigError, type GradedPrediction } from "finetune-ts";
import { refuseUnknownOptions } from "finetune-ts/internal";
import { count } from "../numbers";
import { type Plot, plot } from "./plot";
import { houseFigure, PALETTE } from "./house-style";
import type { PlotlySeries } from "./plotly-figure";
import { textBars } from "./text-charts";

/**
 * How sure the model was where it was right, and where it was wrong: two histograms beside each other. Empty bins at the lower end are left out.
 *
 * @throws ConfigError if nothing is given
 * @example
 * display(plotConfidence(gradePredictions(await trainer.predict(tokenizedDatasets.validation))));
 */
export function plotConfidence(graded: readonly GradedPrediction[], options: CalibrationOptions = {}): Plot {
  refuseUnknownOptions("plotConfidence", options, ["bins"]);
  const { bins = 10 } = options;
  if (graded.length === 0) throw new ConfigError("plotConfidence: there are no predictions with a label.");
  const found = calibration(
    { confidences: graded.map(({ confidence }) => confidence), right: graded.map(({ right }) => right) },
    { bins },
  ).bins;
  const counts = {
    right: found.map(({ right }) => right),
    wrong: found.map(({ rows, right }) => rows - right),
  };
  const first = found.findIndex(({ rows }) => rows > 0);
  const names = found.map(({ from, to }) => `${Math.round(100 * from)}–${Math.round(100 * to)} %`);
  const trace = (name: "right" | "wrong", color: string): PlotlySeries => ({
    type: "bar",
    name,
    x: names.slice(first),
    y: counts[name].slice(first),
    text: counts[name].slice(first).map(count),
    textposition: "outside",
    cliponaxis: false,
    hovertemplate: `%{x}: %{y:,} ${name}<extra></extra>`,
    marker: { color },
  });
  const figure = houseFigure(
    [trace("right", PALETTE.blue), trace("wrong", PALETTE.vermilion)],
    {
      title: "Confidence, where right and where wrong",
      x: { label: "confidence", showgrid: false },
      y: { label: "predictions", rangemode: "tozero" },
    },
    { barmode: "group", bargap: 0.35 },
  );
  const bars = names.slice(first).flatMap((name, at) =>
    (["right", "wrong"] as const).map((kind) => {
      const value = counts[kind][first + at]!;
      return { label: `${name} ${kind}`, value, note: count(value) };
    }),
  );
  return plot(figure, "Confidence, where right and where wrong", textBars(bars));
}
