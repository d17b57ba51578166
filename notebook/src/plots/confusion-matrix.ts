import { ConfigError, confusionMatrix, type GradedPrediction } from "finetune-ts";
import { refuseUnknownOptions } from "finetune-ts/internal";
import { textTable } from "../text-table";
import { count, percent } from "../numbers";
import { type Plot, plot } from "./plot";
import { houseFigure, houseHeatmap } from "./house-style";

export interface ConfusionMatrixPlotOptions {
  /** Names of the classes, in the order of their numbers. */
  labels: readonly string[];
}

/**
 * How often each label (row) was predicted as each (column). Cells are coloured by their share of the row, so that labels of any
 * frequency compare; the diagonal is what came out right.
 *
 * @throws ConfigError if nothing is given
 * @example
 * const graded = gradePredictions(await trainer.predict(tokenizedDatasets.validation));
 * display(plotConfusionMatrix(graded, { labels: ["negative", "positive"] }));
 */
export function plotConfusionMatrix(
  graded: readonly GradedPrediction[],
  options: ConfusionMatrixPlotOptions,
): Plot {
  refuseUnknownOptions("plotConfusionMatrix", options, ["labels"]);
  const { labels } = options;
  if (graded.length === 0)
    throw new ConfigError("plotConfusionMatrix: there are no predictions with a label.");
  const inputs = {
    predictions: graded.map(({ predicted }) => predicted),
    references: graded.map(({ reference }) => reference),
  };
  const numbers = labels.map((_, number) => number);
  const counts = confusionMatrix(inputs, { labels: numbers });
  const shares = confusionMatrix(inputs, { labels: numbers, normalize: "true" });
  const figure = houseFigure(
    [
      houseHeatmap({
        name: "predictions",
        z: shares,
        text: counts.map((row, i) => row.map((value, j) => `${count(value)} (${percent(shares[i]![j]!)})`)),
        hovertemplate: "%{text}<extra></extra>",
      }),
    ],
    {
      title: "Confusion matrix",
      x: { label: "predicted", tickvals: numbers, ticktext: [...labels], showgrid: false },
      y: {
        label: "label",
        tickvals: numbers,
        ticktext: [...labels],
        autorange: "reversed",
        showgrid: false,
      },
    },
    {
      height: 170 + 60 * labels.length,
      margin: { l: 40 + 7 * Math.max(...labels.map(({ length }) => length)), r: 20, t: 60, b: 50 },
    },
  );
  const cells = counts.map((row, i) => [
    labels[i]!,
    ...row.map((value, j) => `${count(value)} (${percent(shares[i]![j]!)})`),
  ]);
  const text = textTable({
    header: ["label", ...labels.map((name) => `→ ${name}`)],
    rows: cells,
    rightAligned: [false, ...labels.map(() => true)],
  });
  return plot(figure, "Confusion matrix (a row for each label, a column for each prediction)", text);
}
