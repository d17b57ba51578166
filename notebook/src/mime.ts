import type { PlotlyFigure } from "./plots/plotly-figure";

/** The type under which JupyterLab, VS Code and our HTML export take a plotly figure. */
export const PLOTLY_MIME = "application/vnd.plotly.v1+json";

/**
 * One output in several forms; the front end shows the richest that it knows. The plain text is never missing,
 * for it is what a terminal shows.
 */
export interface MimeBundle {
  "text/plain": string;
  "text/html"?: string;
  "text/markdown"?: string;
  "image/svg+xml"?: string;
  "application/vnd.plotly.v1+json"?: PlotlyFigure;
}

/** What {@link display} can show: anything that knows its own forms. */
export interface Displayable {
  toMimeBundle(): MimeBundle;
}

/** Text on one line that cannot move a terminal's cursor: control characters and line breaks become spaces. */
export function singleLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
}
