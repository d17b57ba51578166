import { type Attributions, ConfigError } from "finetune-ts";
import { VERMILION_RGB, BLUE_RGB } from "./house-style";
import { textBars } from "./text-charts";
import { tokenStrip, type TokenStrip } from "./token-strip";

/**
 * Which tokens speak for the answer (blue) and which against it (orange-red), each as strong as its share of the strongest.
 *
 * @throws ConfigError if tokens and scores do not go together
 * @example
 * display(plotAttributions(await attribute(model, tokenizer, "The plot is dull.")));
 */
export function plotAttributions({ label, tokens, scores }: Attributions): TokenStrip {
  if (tokens.length === 0 || tokens.length !== scores.length) {
    throw new ConfigError(`plotAttributions: ${tokens.length} tokens with ${scores.length} scores.`);
  }
  const strongest = Math.max(...Array.from(scores, Math.abs)) || 1;
  const title = `What speaks for "${label}" (blue), and what against it`;
  const signed = (score: number) => `${score < 0 ? "−" : "+"}${Math.abs(score).toFixed(2)}`;
  const boxes = tokens.map((token, at) => ({
    token,
    colour: scores[at]! < 0 ? VERMILION_RGB : BLUE_RGB,
    strength: Math.abs(scores[at]!) / strongest,
    note: signed(scores[at]!),
  }));
  const bars = tokens.map((token, at) => ({
    label: token,
    value: Math.abs(scores[at]!),
    note: signed(scores[at]!),
  }));
  const chart = textBars(bars, { width: 20 });
  return tokenStrip(title, boxes, [
    `What speaks for "${label}" (+), and what against it (−)`,
    ...chart.split("\n"),
  ]);
}
