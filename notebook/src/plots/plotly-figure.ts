/** The part of plotly's figure format that our plots use. @see https://plotly.com/javascript/reference/ */
export interface PlotlyFigure {
  data: PlotlyTrace[];
  layout: PlotlyLayout;
  config: { displaylogo: boolean; responsive: boolean };
}

export type PlotlyTrace = PlotlySeries | PlotlyHeatmap;

/** Bars, lines or points. */
export interface PlotlySeries {
  type: "bar" | "scatter";
  name: string;
  x: (string | number)[];
  y: number[];
  width?: number;
  text?: string[];
  textposition?: "outside" | "top center" | "bottom right";
  hovertext?: string[];
  cliponaxis?: boolean;
  mode?: "lines" | "markers" | "lines+markers" | "lines+markers+text";
  hovertemplate?: string;
  marker?: { color: string; size?: number; symbol?: MarkerSymbol };
  line?: { color: string; width: number; dash?: "solid" | "dash" | "dot" };
  opacity?: number;
  error_y?: { type: "data"; symmetric: false; array: number[]; arrayminus: number[]; color: string };
}

export type MarkerSymbol = "circle" | "diamond" | "square" | "triangle-up";

/** A matrix of cells between `zmin` (no colour) and `zmax` (full colour). Rows and columns are numbered; the axes name them. */
export interface PlotlyHeatmap {
  type: "heatmap";
  name: string;
  x: number[];
  y: number[];
  z: number[][];
  zmin: number;
  zmax: number;
  colorscale: [number, string][];
  showscale: false;
  xgap: number;
  ygap: number;
  text?: string[][];
  texttemplate?: string;
  hovertext?: string[][];
  hovertemplate: string;
}

export interface PlotlyAxis {
  title: { text: string };
  gridcolor: string;
  zeroline: boolean;
  range?: [number, number];
  tickformat?: string;
  tickvals?: number[];
  /** What stands at `tickvals`. */
  ticktext?: string[];
  tickangle?: number;
  rangemode?: "normal" | "tozero";
  /** "reversed" puts the first row of a matrix at the top. */
  autorange?: "reversed";
  showgrid?: boolean;
}

export interface PlotlyLayout {
  title: { text: string; x: number; font: { size: number } };
  xaxis: PlotlyAxis;
  yaxis: PlotlyAxis;
  paper_bgcolor: string;
  plot_bgcolor: string;
  font: { color: string };
  legend: { orientation: "h"; x: number; y: number; yanchor: "bottom" };
  margin: { l: number; r: number; t: number; b: number };
  height: number;
  barmode?: "group";
  bargap?: number;
  showlegend: boolean;
}
