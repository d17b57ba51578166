import { type AttentionMap, ConfigError } from "finetune-ts";
import { refuseUnknownOptions } from "finetune-ts/internal";
import { type Plot, plot } from "./plot";
import { houseFigure, houseHeatmap } from "./house-style";
import { textHeat } from "./text-charts";

export interface AttentionPlotOptions {
  /** Counted from 0; negative ones from the last. Default -1, the last. */
  layer?: number;
  /** Counted from 0. Default: the mean of all heads. */
  head?: number;
}

/**
 * What the tokens of a text attend to: row by row, where its new state comes from.
 *
 * @throws ConfigError if there is no such layer or head
 * @example
 * display(plotAttention(await attentionMap(model, tokenizer, "not bad at all"), { layer: 0, head: 3 }));
 */
export function plotAttention({ tokens, weights }: AttentionMap, options: AttentionPlotOptions = {}): Plot {
  refuseUnknownOptions("plotAttention", options, ["layer", "head"]);
  const { layer = -1, head } = options;
  const number = layer < 0 ? weights.length + layer : layer;
  const heads = weights[number];
  if (!heads)
    throw new ConfigError(`plotAttention: there is no layer ${layer}; there are ${weights.length}.`);
  const chosen = head === undefined ? heads : heads.slice(head, head + 1);
  if (chosen.length === 0) {
    throw new ConfigError(`plotAttention: layer ${number} has no head ${head}; there are ${heads.length}.`);
  }
  const matrix = tokens.map((_, row) =>
    tokens.map((_, column) => chosen.reduce((sum, each) => sum + each[row]![column]!, 0) / chosen.length),
  );
  const strongest = Math.max(...matrix.flat());
  const which = head === undefined ? `mean of ${heads.length} heads` : `head ${head}`;
  const title = `Attention in layer ${number} (${which})`;
  const numbers = tokens.map((_, at) => at);
  const names = { tickvals: numbers, ticktext: [...tokens], showgrid: false };
  const left = 40 + 7 * Math.max(...tokens.map(({ length }) => length));
  const figure = houseFigure(
    [
      houseHeatmap({
        name: "attention",
        z: matrix,
        zmax: strongest,
        xgap: 1,
        ygap: 1,
        hovertext: tokens.map((from) => tokens.map((to) => `${from} → ${to}`)),
        hovertemplate: "%{hovertext}: %{z:.1%}<extra></extra>",
      }),
    ],
    {
      title,
      x: { label: "to", tickangle: -45, ...names },
      y: { label: "from", autorange: "reversed", ...names },
    },
    { height: 190 + 22 * tokens.length, margin: { l: left, r: 20, t: 60, b: 90 } },
  );
  const rows = matrix.map((row, at) => ({
    label: tokens[at]!,
    strengths: row.map((weight) => weight / strongest),
  }));
  return plot(figure, `${title}: from each token (row) to each, in order`, textHeat(rows));
}
