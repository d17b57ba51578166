import type * as ObservablePlot from "@observablehq/plot";
import type { Markish } from "@observablehq/plot";
import { cellColour } from "./house-style";
import type { PlotlyHeatmap } from "./plotly-figure";

/** The cells of a matrix, and what is written into them. */
export function heatmap(Plot: typeof ObservablePlot, trace: PlotlyHeatmap): Markish[] {
  const { x, y, z, zmin, zmax, text } = trace;
  const written = text !== undefined;
  const cells = z.flatMap((row, i) =>
    row.map((value, j) => {
      const strength = Math.min(Math.max((value - zmin) / (zmax - zmin), 0), 1);
      return {
        left: x[j]! - 0.5,
        right: x[j]! + 0.5,
        top: y[i]! - 0.5,
        bottom: y[i]! + 0.5,
        fill: cellColour(strength, written),
        label: text?.[i]?.[j] ?? "",
        ink: strength > 0.5 ? "#ffffff" : "#333333",
      };
    }),
  );
  // An identity scale: the fills are colours already.
  const colours = cells.map(({ fill }) => fill);
  const places = { x1: "left", x2: "right", y1: "top", y2: "bottom" };
  const marks: Markish[] = [
    Plot.rect(cells, { ...places, fill: { value: colours, scale: null }, inset: trace.xgap / 2 }),
  ];
  if (written) {
    const inks = cells.map(({ ink }) => ink);
    const middle = {
      x: cells.map(({ left }) => left + 0.5),
      y: cells.map(({ top }) => top + 0.5),
    };
    marks.push(Plot.text(cells, { ...middle, text: "label", fill: { value: inks, scale: null } }));
  }
  return marks;
}
