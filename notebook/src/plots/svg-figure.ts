import type * as ObservablePlot from "@observablehq/plot";
import type { Markish } from "@observablehq/plot";

import { INK } from "./house-style";
import type { MarkerSymbol, PlotlyAxis, PlotlyFigure, PlotlySeries, PlotlyTrace } from "./plotly-figure";
import { heatmap } from "./svg-heatmap";

const WIDTH = 640;

interface Drawing {
  Plot: typeof ObservablePlot;
  document: Document;
}

let drawing: Drawing | undefined;

/**
 * Observable Plot, and a document for it to draw in.
 *
 * Plot and not plotly draws the static form: plotly measures text and needs a browser for that, Plot builds an SVG
 * from elements alone, with text as text. It is an ES module, which Node.js loads at once from 20.19 and 22.12 on.
 *
 * @returns `undefined` where Node.js is older
 */
function tools(): Drawing | undefined {
  if (drawing) return drawing;
  let Plot: typeof ObservablePlot;
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only when the first plot is drawn
    Plot = require("@observablehq/plot") as typeof ObservablePlot;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_REQUIRE_ESM") return undefined;
    throw error;
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- as above
  const linkedom = require("linkedom") as { parseHTML(html: string): { document: Document } };
  const { document } = linkedom.parseHTML("<!doctype html><html><body></body></html>");
  return (drawing = { Plot, document });
}

/** The points of a trace, a mark's data. */
const points = ({ x, y }: PlotlySeries) => x.map((value, at) => ({ x: value, y: y[at] ?? NaN }));

/**
 * A figure as SVG, for front ends that do not run plotly (JupyterLab as it comes, GitHub, nbconvert) and pages
 * without scripts.
 *
 * @returns `undefined` where Observable Plot cannot be loaded; the figure is then shown without this form
 */
export function svgOf(figure: PlotlyFigure): string | undefined {
  const { Plot, document } = tools() ?? {};
  if (!Plot || !document) return undefined;
  const { data, layout } = figure;
  const grouped = layout.barmode === "group";
  const fromZero = layout.yaxis.rangemode === "tozero";
  const marks = data.flatMap((trace) => marksOf(Plot, trace, grouped));
  const svg = Plot.plot({
    document,
    width: WIDTH,
    height: layout.height,
    marginTop: 64,
    marginBottom: layout.margin.b,
    marginLeft: layout.margin.l + 14,
    marginRight: 24,
    style: { fontSize: "12px", color: INK, background: "transparent" },
    x: grouped ? { axis: null } : axis(layout.xaxis),
    fx: grouped ? { label: layout.xaxis.title.text } : undefined,
    y: {
      ...axis(layout.yaxis),
      grid: layout.yaxis.showgrid !== false,
      ...(layout.yaxis.range ? {} : { zero: fromZero, nice: layout.yaxis.autorange === undefined }),
    },
    marks: fromZero ? [...marks, Plot.ruleY([0], { strokeOpacity: 0.4 })] : marks,
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.prepend(...head(document, layout.title.text, data));
  return svg.outerHTML;
}

function marksOf(Plot: typeof ObservablePlot, trace: PlotlyTrace, grouped: boolean): Markish[] {
  if (trace.type === "heatmap") return heatmap(Plot, trace);
  return trace.type === "bar" ? bars(Plot, trace, grouped) : lines(Plot, trace);
}

function axis(options: PlotlyAxis): ObservablePlot.ScaleOptions {
  const { title, tickformat, tickvals, ticktext, tickangle, autorange, range } = options;
  const named = ticktext && ((value: number) => ticktext[tickvals?.indexOf(value) ?? -1] ?? "");
  // The formats of plotly and of Plot are both d3's.
  const tickFormat = tickformat ?? named ?? (tickvals && String);
  return {
    ...(tickangle !== undefined && { tickRotate: tickangle }),
    ...(autorange === "reversed" && { reverse: true }),
    label: title.text,
    labelAnchor: "center",
    labelArrow: "none",
    tickFormat,
    ticks: tickvals,
    domain: range,
  };
}

function bars(Plot: typeof ObservablePlot, trace: PlotlySeries, grouped: boolean): Markish[] {
  const fill = trace.marker?.color;
  if (grouped) {
    const rows = points(trace).map(({ x, y }, at) => ({
      fx: x,
      x: trace.name,
      y,
      text: trace.text?.[at] ?? "",
    }));
    const places = { fx: "fx", x: "x", y: "y" };
    return [
      Plot.barY(rows, { ...places, fill }),
      Plot.text(rows, { ...places, text: "text", dy: -7, fill: INK }),
    ];
  }
  const half = (trace.width ?? 0.8) / 2;
  const rows = points(trace).map(({ x, y }) => ({ x1: Number(x) - half, x2: Number(x) + half, y }));
  return [Plot.rectY(rows, { x1: "x1", x2: "x2", y: "y", fill, fillOpacity: trace.opacity })];
}

const DASHES = { solid: undefined, dash: "6 4", dot: "2 4" };
const SYMBOLS: Record<MarkerSymbol, "circle" | "diamond" | "square" | "triangle"> = {
  circle: "circle",
  diamond: "diamond",
  square: "square",
  "triangle-up": "triangle",
};

function lines(Plot: typeof ObservablePlot, trace: PlotlySeries): Markish[] {
  const rows = points(trace).map((point, at) => ({ ...point, text: trace.text?.[at] ?? "" }));
  const { mode = "lines", line, marker, opacity, error_y: error } = trace;
  const marks: Markish[] = [];
  if (error) {
    const bars = rows.map(({ x, y }, at) => ({
      x,
      low: y - (error.arrayminus[at] ?? 0),
      high: y + (error.array[at] ?? 0),
    }));
    marks.push(Plot.ruleX(bars, { x: "x", y1: "low", y2: "high", stroke: error.color, strokeWidth: 1.5 }));
  }
  if (mode.includes("lines")) {
    const style = { stroke: line?.color, strokeWidth: line?.width, strokeOpacity: opacity };
    marks.push(Plot.line(rows, { x: "x", y: "y", ...style, strokeDasharray: DASHES[line?.dash ?? "solid"] }));
  }
  if (mode.includes("markers")) {
    const style = { fill: marker?.color, fillOpacity: opacity, r: (marker?.size ?? 8) / 2 };
    marks.push(Plot.dot(rows, { x: "x", y: "y", ...style, symbol: SYMBOLS[marker?.symbol ?? "circle"] }));
  }
  if (mode.includes("text"))
    marks.push(Plot.text(rows, { x: "x", y: "y", text: "text", ...beside(trace), fill: INK }));
  return marks;
}

/** Where the text of a point stands. */
const beside = ({ textposition }: PlotlySeries) =>
  textposition === "bottom right" ? { dx: 8, dy: 10, textAnchor: "start" as const } : { dy: -12 };

/** Title and legend, drawn above the plot. */
function head(document: Document, title: string, traces: readonly PlotlyTrace[]): Element[] {
  const element = (name: string, attributes: Record<string, string | number>, text = ""): Element => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    made.textContent = text;
    return made;
  };
  const parts = [element("title", {}, title), text(title, 0, 18, 16)];
  if (traces.length < 2) return parts;
  let x = 0;
  for (const trace of traces) {
    const { name } = trace;
    const fill = (trace.type === "heatmap" ? undefined : trace.marker?.color) ?? INK;
    parts.push(element("rect", { x, y: 30, width: 10, height: 10, fill }));
    parts.push(text(name, x + 15, 39, 12));
    x += 15 + 7 * name.length + 20;
  }
  return parts;

  function text(content: string, at: number, y: number, size: number): Element {
    return element("text", { x: at, y, fill: INK, "font-size": size, "text-anchor": "start" }, content);
  }
}
