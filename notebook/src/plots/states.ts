import { PCA } from "ml-pca";
import { ConfigError } from "finetune-ts";
import { refuseUnknownOptions } from "finetune-ts/internal";
import { percent } from "../numbers";
import { type Plot, plot } from "./plot";
import { houseFigure, LABEL_COLOURS, LABEL_SYMBOLS } from "./house-style";
import type { PlotlySeries } from "./plotly-figure";
import { textPlot } from "./text-charts";

export interface StatesOptions {
  /** A class number for each vector. */
  labels: readonly number[];
  /** Names of the classes, in the order of their numbers. */
  names: readonly string[];
  /** Default "States". */
  title?: string;
}

/** Marks of the text form, in the order of the labels. */
const MARKS = ["−", "+", "o", "x"];

/**
 * Vectors of many dimensions as points of the plane: the two directions in which they differ most (principal components), coloured
 * by label. Drawn before and after training, it shows what fine-tuning does to the state of `[CLS]`: what was one cloud becomes
 * one for each label.
 *
 * @param states a vector each, all of one length
 * @throws ConfigError if there are fewer than three vectors, or labels do not go with them
 * @example
 * const states = await pipeline("feature-extraction", { model, tokenizer })(texts, { pooling: "cls" });
 * display(plotStates(states, { labels, names: ["negative", "positive"] }));
 */
export function plotStates(states: readonly ArrayLike<number>[], options: StatesOptions): Plot {
  refuseUnknownOptions("plotStates", options, ["labels", "names", "title"]);
  const { labels, names, title = "States" } = options;
  if (states.length < 3 || states.length !== labels.length) {
    throw new ConfigError(
      `plotStates: ${states.length} vectors with ${labels.length} labels; it takes three or more, with a label each.`,
    );
  }
  const rows = states.map((state) => Array.from(state));
  const pca = new PCA(rows, { method: "NIPALS", nCompNIPALS: 2 });
  const points = pca.predict(rows, { nComponents: 2 }).to2DArray();
  const [first = 0, second = 0] = explained(rows, points);
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  const ofClass = (label: number) => points.filter((_, row) => labels[row] === label);
  const figure = houseFigure(
    classes.map((label, at): PlotlySeries => ({
      type: "scatter",
      mode: "markers",
      name: names[label] ?? String(label),
      x: ofClass(label).map(([x]) => x!),
      y: ofClass(label).map(([, y]) => y!),
      marker: {
        color: LABEL_COLOURS[at % LABEL_COLOURS.length]!,
        size: 7,
        symbol: LABEL_SYMBOLS[at % LABEL_SYMBOLS.length]!,
      },
      opacity: 0.7,
      hovertemplate: "%{fullData.name}<extra></extra>",
    })),
    {
      title,
      x: { label: `first component (${percent(first)} of the variance)` },
      y: { label: `second component (${percent(second)})` },
    },
  );
  const chart = textPlot(
    classes.map((label, at) => ({
      mark: MARKS[at % MARKS.length]!,
      points: ofClass(label).map(([x, y]) => ({ x: Math.round(10 * x!) / 10, y: y! })),
    })),
    { height: 14, digits: 1 },
  );
  const legend = classes.map((label, at) => `${MARKS[at % MARKS.length]!} ${names[label] ?? label}`);
  return plot(
    figure,
    `${title} (${legend.join(", ")}; ${percent(first)} and ${percent(second)} of the variance)`,
    chart,
  );
}

/** Of the whole variance, the share that each component has. */
function explained(rows: readonly number[][], points: readonly number[][]): number[] {
  const total = variances(rows).reduce((sum, each) => sum + each, 0);
  return variances(points).map((each) => (total > 0 ? each / total : 0));
}

/** The variance of each column. */
function variances(rows: readonly number[][]): number[] {
  return (rows[0] ?? []).map((_, column) => {
    const mean = rows.reduce((sum, row) => sum + row[column]!, 0) / rows.length;
    return rows.reduce((sum, row) => sum + (row[column]! - mean) ** 2, 0) / rows.length;
  });
}
