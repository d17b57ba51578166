import type { Displayable } from "../mime";
import { PLOTLY_MIME } from "../mime";
import type { PlotlyFigure } from "./plotly-figure";
import { textColumns } from "../text-columns";
import { wrapText } from "../wrap-text";
import { svgOf } from "./svg-figure";

/** A plot: a plotly figure for the page, SVG for front ends without plotly, and text for the terminal. */
export interface Plot extends Displayable {
  readonly figure: PlotlyFigure;
  readonly text: string;
}

/**
 * A figure with its text; the SVG is drawn when it is asked for.
 *
 * @param heading  stands above the chart in the text form, broken where the terminal is narrow
 * @param chart    made of characters
 */
export function plot(figure: PlotlyFigure, heading: string, chart: string): Plot {
  const text = `${wrapText(heading, textColumns()).join("\n")}\n${chart}`;
  return {
    figure,
    text,
    toMimeBundle() {
      const svg = svgOf(figure);
      return { [PLOTLY_MIME]: figure, ...(svg && { "image/svg+xml": svg }), "text/plain": text };
    },
  };
}
