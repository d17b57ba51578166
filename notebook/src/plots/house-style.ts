import type {
  MarkerSymbol,
  PlotlyAxis,
  PlotlyFigure,
  PlotlyHeatmap,
  PlotlyLayout,
  PlotlyTrace,
} from "./plotly-figure";

/** Colours that the colour-blind tell apart too. @see Okabe & Ito 2008, "Color Universal Design" */
export const PALETTE = {
  blue: "#0072B2",
  orange: "#E69F00",
  green: "#009E73",
  vermilion: "#D55E00",
} as const;

/** The palette in the order in which labels take their colours, and a mark for each, for whom colours do not help. */
export const LABEL_COLOURS: readonly string[] = [
  PALETTE.orange,
  PALETTE.blue,
  PALETTE.green,
  PALETTE.vermilion,
];
export const LABEL_SYMBOLS: readonly MarkerSymbol[] = ["diamond", "circle", "square", "triangle-up"];

/** A grey that reads on white paper and on a dark page alike, since the background is the page's own. */
export const INK = "#808080";
const GRID = "rgba(128,128,128,0.25)";

/** Red, green and blue of the palette, for boxes and cells. */
export const BLUE_RGB = [0, 114, 178] as const;
export const VERMILION_RGB = [213, 94, 0] as const;
export const LABEL_RGB = [[230, 159, 0], BLUE_RGB, [0, 158, 115], VERMILION_RGB] as const;

/** A blue that reads under dark text. */
const TINT = [229, 240, 247] as const;

/**
 * The colour of a matrix's cell.
 *
 * @param strength 0 to 1
 * @param written  whether something is written into it: then it is opaque, so that the text reads; else it lets the page through
 */
export function cellColour(strength: number, written: boolean): string {
  if (!written) return `rgba(${BLUE_RGB.join(",")},${strength.toFixed(3)})`;
  const mixed = BLUE_RGB.map((full, at) => Math.round(TINT[at]! + strength * (full - TINT[at]!)));
  return `rgb(${mixed.join(",")})`;
}

/** What a matrix has in common with the others, in the house style. */
export function houseHeatmap(
  heatmap: Pick<PlotlyHeatmap, "name" | "z" | "hovertemplate"> & Partial<PlotlyHeatmap>,
): PlotlyHeatmap {
  const written = heatmap.text !== undefined;
  const width = Math.max(0, ...heatmap.z.map((row) => row.length));
  return {
    type: "heatmap",
    x: Array.from({ length: width }, (_, column) => column),
    y: heatmap.z.map((_, row) => row),
    zmin: 0,
    zmax: 1,
    colorscale: [
      [0, cellColour(0, written)],
      [1, cellColour(1, written)],
    ],
    showscale: false,
    xgap: 2,
    ygap: 2,
    ...(written && { texttemplate: "%{text}" }),
    ...heatmap,
  };
}

interface FigureTexts {
  title: string;
  x: { label: string } & AxisOptions;
  y: { label: string } & AxisOptions;
}

type AxisOptions = Omit<Partial<PlotlyAxis>, "title" | "gridcolor" | "zeroline">;

/** A figure in the house style: no frame, light grid, background of the page. */
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
