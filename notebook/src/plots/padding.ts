import { ConfigError } from "finetune-ts";
import { refuseUnknownOptions } from "finetune-ts/internal";
import { count, percent } from "../numbers";
import { type Plot, plot } from "./plot";
import { houseFigure, houseHeatmap } from "./house-style";
import { textHeat } from "./text-charts";

export interface PaddingOptions {
  /**
   * Draw what the model makes of the batch: the padding taken out, the tokens of all sentences one after the other (every second
   * sentence paler). Default false: the rectangle that the collator makes.
   */
  packed?: boolean;
}

/** What padding, and every second sentence of a packed batch, are drawn with. */
const PALE = 0.12;
const SECOND = 0.45;

/**
 * The matrix of a batch, a row for each sentence and a column for each position: tokens dark, padding pale.
 *
 * @param lengths tokens of each sentence
 * @throws ConfigError if there are none
 * @example
 * const lengths = tokenized.train.slice(0, 8).column("input_ids").map((ids) => ids.length);
 * display(plotPadding(lengths));
 */
export function plotPadding(lengths: readonly number[], options: PaddingOptions = {}): Plot {
  refuseUnknownOptions("plotPadding", options, ["packed"]);
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  if (tokens === 0) throw new ConfigError("plotPadding: no lengths given; is the batch empty?");
  const width = Math.max(...lengths);
  const { packed = false } = options;
  const rows = packed ? packedRows(lengths, width) : paddedRows(lengths, width);
  const cells = lengths.length * width;
  const title = packed
    ? `The same batch without padding: ${count(tokens)} tokens in ${count(rows.length)} rows`
    : `A padded batch: ${percent((cells - tokens) / cells)} of ${count(cells)} cells are padding`;
  const numbers = rows.map((_, row) => row);
  const figure = houseFigure(
    [
      houseHeatmap({
        name: "tokens",
        z: rows,
        hovertemplate: "row %{y}, position %{x}<extra></extra>",
      }),
    ],
    {
      title,
      x: { label: "position", showgrid: false },
      y: {
        label: packed ? "row" : "sentence",
        autorange: "reversed",
        showgrid: false,
        tickvals: numbers.filter((row) => row % Math.ceil(rows.length / 16) === 0),
      },
    },
    { height: 140 + 20 * Math.min(rows.length, 16) },
  );
  const labels = rows.map((strengths, row) => ({ label: String(row), strengths }));
  return plot(figure, title, textHeat(labels));
}

function paddedRows(lengths: readonly number[], width: number): number[][] {
  return lengths.map((length) => Array.from({ length: width }, (_, at) => (at < length ? 1 : PALE)));
}

function packedRows(lengths: readonly number[], width: number): number[][] {
  const tokens = lengths.flatMap((length, sentence) =>
    new Array<number>(length).fill(sentence % 2 === 0 ? 1 : SECOND),
  );
  const rows: number[][] = [];
  for (let start = 0; start < tokens.length; start += width) rows.push(tokens.slice(start, start + width));
  return rows;
}
