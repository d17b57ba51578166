import type { Displayable } from "../mime";
import { PLOTLY_MIME } from "../mime";
import type { PlotlyFigure } from "./plotly-figure";
import { svgOf } from "./svg-figure";

/** A plot: a plotly figure for the page, SVG for front ends without plotly, and text for the terminal. */
export interface Plot extends Displayable {
  readonly figure: PlotlyFigure;
  readonly text: string;
}

/** A figure with its text; the SVG is drawn when it is asked for. */
export function plot(figure: PlotlyFigure, text: string): Plot {
  return {
    figure,
    text,
    toMimeBundle() {
      const svg = svgOf(figure);
      return { [PLOTLY_MIME]: figure, ...(svg && { "image/svg+xml": svg }), "text/plain": text };
    },
  };
}
