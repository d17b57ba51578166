import { ConfigError } from "finetune-ts";
import { count } from "../numbers";
import { type Plot, plot } from "./plot";
import { houseFigure, PALETTE } from "./house-style";
import { textBars } from "./text-charts";

const BIN_WIDTHS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const MOST_BINS = 16;

/**
 * A histogram of sentence lengths.
 *
 * @param lengths one number a sentence; the bins are counted here, so a figure stays small however long this is
 * @param unit    what was counted. Default "words"
 * @example
 * const words = rawDatasets.train.column("sentence").map((text) => text.split(" ").length);
 * display(plotSentenceLengths(words));
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
  return plot(figure, `Sentence lengths in ${unit}: ${summary}`, textBars(bars));
}
