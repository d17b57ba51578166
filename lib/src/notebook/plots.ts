import { ConfigError } from "../errors";
import type { LogEntry } from "../training/state";
import { type Displayable, PLOTLY_MIME } from "./mime";
import { houseFigure, PALETTE, type PlotlyFigure, type PlotlyTrace } from "./plotly-figure";
import { svgOf } from "./svg-figure";
import { textBars, textPlot } from "./text-charts";

/** A plot: a plotly figure for the page, SVG for front ends without plotly, and text for the terminal. */
export interface Plot extends Displayable {
  readonly figure: PlotlyFigure;
  readonly text: string;
}

function plot(figure: PlotlyFigure, text: string): Plot {
  return {
    figure,
    text,
    toMimeBundle() {
      const svg = svgOf(figure);
      return { [PLOTLY_MIME]: figure, ...(svg && { "image/svg+xml": svg }), "text/plain": text };
    },
  };
}

const count = (value: number) => value.toLocaleString("en-US");
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** Splits in order; each says how many of its rows bear which label. */
export type LabelCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * How the labels are spread over each split: bars of shares, so that splits of any size compare.
 * Splits without a labelled row are left out.
 */
export function plotLabelBalance(counts: LabelCounts): Plot {
  const sum = (labels: Readonly<Record<string, number>>) => Object.values(labels).reduce((a, b) => a + b, 0);
  const splits = Object.entries(counts).filter(([, labels]) => sum(labels) > 0);
  const names = [...new Set(splits.flatMap(([, labels]) => Object.keys(labels)))];
  // Orange for the first label, blue for the second: "negative" and "positive" in the data at hand.
  const colours = [PALETTE.orange, PALETTE.blue, PALETTE.green, PALETTE.vermilion];
  const share = (labels: Readonly<Record<string, number>>, name: string) => (labels[name] ?? 0) / sum(labels);
  const traces = names.map((name, at): PlotlyTrace => ({
    type: "bar",
    name,
    x: splits.map(([split]) => split),
    y: splits.map(([, labels]) => share(labels, name)),
    text: splits.map(([, labels]) => count(labels[name] ?? 0)),
    textposition: "outside",
    cliponaxis: false,
    hovertemplate: "%{x}: %{y:.1%} (%{text})",
    marker: { color: colours[at % colours.length] ?? PALETTE.blue },
  }));
  const figure = houseFigure(
    traces,
    {
      title: "Label balance",
      x: { label: "split", showgrid: false },
      y: { label: "share of sentences", tickformat: ".0%", rangemode: "tozero" },
    },
    { barmode: "group", bargap: 0.35 },
  );
  const bars = splits.flatMap(([split, labels]) =>
    names.map((name) => ({
      label: `${split} ${name}`,
      value: share(labels, name),
      note: `${count(labels[name] ?? 0)} (${percent(share(labels, name))})`,
    })),
  );
  return plot(figure, `Label balance\n${textBars(bars, { full: 1 })}`);
}

const BIN_WIDTHS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const MOST_BINS = 16;

/**
 * A histogram of sentence lengths.
 *
 * @param lengths one number a sentence; the bins are counted here, so a figure stays small however long this is
 * @param unit    what was counted. Default "words"
 */
export function plotSentenceLengths(lengths: ArrayLike<number>, { unit = "words" } = {}): Plot {
  if (lengths.length === 0)
    throw new ConfigError("plotSentenceLengths: no lengths given; is the split empty?");
  const sorted = Float64Array.from(lengths).sort();
  const longest = sorted[sorted.length - 1] ?? 0;
  const width =
    BIN_WIDTHS.find((size) => Math.floor(longest / size) < MOST_BINS) ?? Math.ceil((longest + 1) / MOST_BINS);
  const bins = new Array<number>(Math.floor(longest / width) + 1).fill(0);
  for (const length of sorted) {
    const bin = Math.floor(length / width);
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  const labels = bins.map((_, bin) =>
    width === 1 ? String(bin) : `${bin * width}–${(bin + 1) * width - 1}`,
  );
  const figure = houseFigure(
    [
      {
        type: "bar",
        name: "sentences",
        x: bins.map((_, bin) => bin * width + (width - 1) / 2),
        y: bins,
        width: 0.92 * width,
        hovertext: labels,
        hovertemplate: `%{hovertext} ${unit}: %{y:,}<extra></extra>`,
        marker: { color: PALETTE.blue },
      },
    ],
    { title: `Sentence lengths (${unit})`, x: { label: unit, showgrid: false }, y: { label: "sentences" } },
  );
  const mean = sorted.reduce((sum, length) => sum + length, 0) / sorted.length;
  const summary = `mean ${mean.toFixed(1)}, median ${sorted[Math.floor(sorted.length / 2)] ?? 0}, longest ${longest}`;
  const bars = bins.map((value, bin) => ({ label: labels[bin] ?? "", value, note: count(value) }));
  return plot(figure, `Sentence lengths in ${unit}: ${summary}\n${textBars(bars)}`);
}

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

function line(name: string, points: readonly { x: number; y: number }[], color: string): PlotlyTrace {
  return {
    type: "scatter",
    name,
    x: points.map((point) => point.x),
    y: points.map((point) => point.y),
    line: { color, width: 2 },
    marker: { color, size: 8 },
  };
}

function series(
  history: readonly LogEntry[],
  x: "step" | "epoch",
  figure: string,
): { x: number; y: number }[] {
  return history.flatMap((entry) => {
    const y = entry[figure];
    return y === undefined ? [] : [{ x: entry[x], y }];
  });
}
