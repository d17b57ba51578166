/** The part of plotly's figure format that our plots use. @see https://plotly.com/javascript/reference/ */
export interface PlotlyFigure {
  data: PlotlyTrace[];
  layout: PlotlyLayout;
  config: { displaylogo: boolean; responsive: boolean };
}

export interface PlotlyTrace {
  type: "bar" | "scatter";
  name: string;
  x: (string | number)[];
  y: number[];
  width?: number;
  text?: string[];
  textposition?: "outside" | "top center";
  hovertext?: string[];
  cliponaxis?: boolean;
  mode?: "lines" | "lines+markers" | "lines+markers+text";
  hovertemplate?: string;
  marker?: { color: string; size?: number; symbol?: string };
  line?: { color: string; width: number; dash?: "solid" | "dash" };
}

export interface PlotlyAxis {
  title: { text: string };
  gridcolor: string;
  zeroline: boolean;
  range?: [number, number];
  tickformat?: string;
  tickvals?: number[];
  rangemode?: "normal" | "tozero";
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

/** Colours that the colour-blind tell apart too. @see Okabe & Ito 2008, "Color Universal Design" */
export const PALETTE = {
  blue: "#0072B2",
  orange: "#E69F00",
  green: "#009E73",
  vermilion: "#D55E00",
} as const;

/** A grey that reads on white paper and on a dark page alike, since the background is the page's own. */
export const INK = "#808080";
const GRID = "rgba(128,128,128,0.25)";

interface FigureTexts {
  title: string;
  x: Partial<PlotlyAxis> & { label: string };
  y: Partial<PlotlyAxis> & { label: string };
}

/** A figure in the house style: quiet grid, transparent background, legend above the plot. */
export function houseFigure(
  data: PlotlyTrace[],
  { title, x, y }: FigureTexts,
  layout: Partial<PlotlyLayout> = {},
): PlotlyFigure {
  const axis = ({ label, ...rest }: FigureTexts["x"]): PlotlyAxis => ({
    title: { text: label },
    gridcolor: GRID,
    zeroline: false,
    ...rest,
  });
  return {
    data,
    layout: {
      title: { text: title, x: 0, font: { size: 16 } },
      xaxis: axis(x),
      yaxis: axis(y),
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: INK },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      margin: { l: 60, r: 20, t: 80, b: 50 },
      height: 360,
      showlegend: data.length > 1,
      ...layout,
    },
    config: { displaylogo: false, responsive: true },
  };
}
