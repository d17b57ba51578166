import { count, percent } from "../numbers";
import { type Plot, plot } from "./plot";
import { houseFigure, LABEL_COLOURS, PALETTE } from "./house-style";
import type { PlotlySeries } from "./plotly-figure";
import { textBars } from "./text-charts";

/** Splits in order; each says how many of its rows bear which label. */
export type LabelCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * How the labels are spread over each split: bars of shares, so that splits of any size compare.
 * Splits without a labelled row are left out.
 *
 * @example
 * display(plotLabelBalance({ train: { negative: 29_780, positive: 37_569 }, validation: { negative: 428, positive: 444 } }));
 */
export function plotLabelBalance(counts: LabelCounts): Plot {
  const sum = (labels: Readonly<Record<string, number>>) => Object.values(labels).reduce((a, b) => a + b, 0);
  const splits = Object.entries(counts).filter(([, labels]) => sum(labels) > 0);
  const names = [...new Set(splits.flatMap(([, labels]) => Object.keys(labels)))];
  const share = (labels: Readonly<Record<string, number>>, name: string) => (labels[name] ?? 0) / sum(labels);
  const traces = names.map((name, at): PlotlySeries => ({
    type: "bar",
    name,
    x: splits.map(([split]) => split),
    y: splits.map(([, labels]) => share(labels, name)),
    text: splits.map(([, labels]) => count(labels[name] ?? 0)),
    textposition: "outside",
    cliponaxis: false,
    hovertemplate: "%{x}: %{y:.1%} (%{text})",
    marker: { color: LABEL_COLOURS[at % LABEL_COLOURS.length] ?? PALETTE.blue },
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
  return plot(figure, "Label balance", textBars(bars, { full: 1 }));
}
