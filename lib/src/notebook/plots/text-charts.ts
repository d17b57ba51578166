/** Charts made of characters: what a plot looks like in a terminal. */

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

export interface TextBar {
  label: string;
  value: number;
  /** Written after the bar, such as `1,024 (50.1 %)`. */
  note: string;
}

/**
 * Horizontal bars on one scale.
 *
 * @param full  the value whose bar is `width` characters long. Default: the largest
 * @param width characters. Default 40
 */
export function textBars(
  bars: readonly TextBar[],
  { full = Math.max(0, ...bars.map((bar) => bar.value)), width = 40 } = {},
): string {
  const labels = Math.max(0, ...bars.map((bar) => bar.label.length));
  return bars
    .map(({ label, value, note }) => {
      const eighths = full > 0 ? Math.round((value / full) * width * 8) : 0;
      const bar = "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
      return `${label.padStart(labels)} ${bar.padEnd(width)} ${note}`.trimEnd();
    })
    .join("\n");
}

export interface TextSeries {
  /** One character that marks the points. */
  mark: string;
  points: readonly { x: number; y: number }[];
}

/** Points on a grid with the range of both axes; later series are drawn over earlier ones. */
export function textPlot(
  series: readonly TextSeries[],
  { width = 60, height = 10, digits = 3 } = {},
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

function range(values: readonly number[]): { low: number; high: number; span: number } {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return { low, high, span: high - low || 1 };
}
