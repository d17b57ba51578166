import { textColumns } from "../text-columns";
import { wrapText } from "../wrap-text";

/** Charts made of characters: what a plot looks like in a terminal. */

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

export interface TextBar {
  label: string;
  value: number;
  /** Written after the bar, such as `1,024 (50.1 %)`. */
  note: string;
}

/** No bar says anything in fewer characters. */
const SHORTEST_BAR = 8;

/**
 * Horizontal bars on one scale.
 *
 * @param full  the value whose bar is `width` characters long. Default: the largest
 * @param width characters. Default 40, or what a narrow terminal leaves beside labels and notes
 */
export function textBars(
  bars: readonly TextBar[],
  { full = Math.max(0, ...bars.map((bar) => bar.value)), width = barWidth(bars) } = {},
): string {
  const labels = Math.max(0, ...bars.map((bar) => bar.label.length));
  const notes = Math.max(0, ...bars.map((bar) => bar.note.length));
  const narrow = labels + width + notes + 2 > textColumns();
  return bars
    .map(({ label, value, note }) => {
      const eighths = full > 0 ? Math.round((value / full) * width * 8) : 0;
      const bar = "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
      // Where they do not go beside each other, label and note stand above the bar.
      if (narrow) return [...wrapText(`${label}: ${note}`, textColumns()), `  ${bar}`].join("\n");
      return `${label.padStart(labels)} ${bar.padEnd(width)} ${note}`.trimEnd();
    })
    .join("\n");
}

function barWidth(bars: readonly TextBar[]): number {
  const longest = (texts: string[]) => Math.max(0, ...texts.map((text) => text.length));
  const beside = longest(bars.map(({ label }) => label)) + longest(bars.map(({ note }) => note)) + 2;
  return Math.min(40, Math.max(textColumns() - beside, SHORTEST_BAR));
}

export interface TextSeries {
  /** One character that marks the points. */
  mark: string;
  points: readonly { x: number; y: number }[];
}

/** What stands left of a plot: a figure and the axis. */
const PLOT_MARGIN = 10;

/**
 * Points on a grid with the range of both axes; later series are drawn over earlier ones.
 *
 * @param width characters. Default 60, or what a narrow terminal leaves
 */
export function textPlot(
  series: readonly TextSeries[],
  { width = Math.min(60, textColumns() - PLOT_MARGIN), height = 10, digits = 3 } = {},
): string {
  const points = series
    .flatMap((one) => one.points)
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  if (points.length === 0) return "(no points)";
  const xs = range(points.map((point) => point.x));
  const ys = range(points.map((point) => point.y));
  const grid = Array.from({ length: height }, () => new Array<string>(width).fill(" "));
  for (const { mark, points: own } of series) {
    for (const { x, y } of own) {
      const column = Math.round(((x - xs.low) / xs.span) * (width - 1));
      const row = Math.round((1 - (y - ys.low) / ys.span) * (height - 1));
      const cells = grid[row];
      if (cells && column >= 0 && column < width) cells[column] = mark;
    }
  }
  const top = ys.high.toFixed(digits);
  const bottom = ys.low.toFixed(digits);
  const margin = Math.max(top.length, bottom.length);
  const lines = grid.map((cells, row) => {
    const tick = row === 0 ? top : row === height - 1 ? bottom : "";
    return `${tick.padStart(margin)} ┤${cells.join("")}`.trimEnd();
  });
  const left = String(xs.low);
  const right = String(xs.high);
  const axis = `${" ".repeat(margin)} └${"─".repeat(width)}`;
  const ticks = `${" ".repeat(margin + 2)}${left}${right.padStart(Math.max(right.length + 1, width - left.length))}`;
  return [...lines, axis, ticks].join("\n");
}

const SHADES = [" ", "░", "▒", "▓", "█"];

export interface TextRow {
  label: string;
  /** 0 (blank) to 1 (full) each. */
  strengths: readonly number[];
}

/**
 * A matrix as shades of grey, a row a line; what does not fit beside the labels is cut off, with "…".
 *
 * @param cell characters a cell. Default: two where they fit, so that cells are about square, else one
 */
export function textHeat(rows: readonly TextRow[], { cell }: { cell?: number } = {}): string {
  const labels = Math.max(0, ...rows.map(({ label }) => label.length));
  const columns = Math.max(0, ...rows.map(({ strengths }) => strengths.length));
  const room = Math.max(textColumns() - labels - 1, SHORTEST_BAR);
  const width = cell ?? (2 * columns <= room ? 2 : 1);
  const shown = Math.floor(room / width) >= columns ? columns : Math.floor((room - 1) / width);
  return rows
    .map(({ label, strengths }) => {
      const cells = strengths.slice(0, shown).map((strength) => shade(strength).repeat(width));
      return `${label.padStart(labels)} ${cells.join("")}${strengths.length > shown ? "…" : ""}`.trimEnd();
    })
    .join("\n");
}

function shade(strength: number): string {
  const at = Math.round(Math.min(Math.max(strength, 0), 1) * (SHADES.length - 1));
  // What is there at all is seen.
  return SHADES[at === 0 && strength > 0.02 ? 1 : at] ?? " ";
}

function range(values: readonly number[]): { low: number; high: number; span: number } {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return { low, high, span: high - low || 1 };
}
