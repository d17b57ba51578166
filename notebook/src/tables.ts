import { count } from "./numbers";
import { inspect } from "node:util";

import { escapeHtml, refuseUnknownOptions } from "finetune-ts/internal";
import { type Displayable, type MimeBundle, singleLine } from "./mime";
import { textTable } from "./text-table";
import { textColumns } from "./text-columns";
import { lengthOf, wrapText } from "./wrap-text";

/** The part of a danfojs DataFrame that a table needs. */
export interface DataFrameLike {
  readonly columns: string[];
  readonly values: unknown;
  readonly index: (string | number)[];
}

/** A danfojs DataFrame, or rows as plain objects. */
export type TableSource = DataFrameLike | readonly Readonly<Record<string, unknown>>[];

export interface TableOptions {
  /** A line above the table. */
  caption?: string;
  /** How the figures of a column are written; by default whole numbers as they are, others with four decimals. */
  format?: Record<string, (value: never) => string>;
  /** Whether row labels are shown. Default: yes for a DataFrame, no for rows. */
  index?: boolean;
  /** Longer tables show their first and last five rows. Default 20. */
  maxRows?: number;
  /**
   * Longer text is cut in the plain form (HTML wraps it instead), after what fits the width of the terminal has been broken into
   * lines. Default 400 characters.
   */
  maxWidth?: number;
}

const ENDS = 5;
/** A cell of the plain form holds no book. */
const LONGEST = 400;
const BORDER = "1px solid rgba(128,128,128,.3)";

/**
 * A table that shows well in a cell (HTML) and in a terminal (aligned text).
 *
 * @param source a danfojs DataFrame or an array of rows; the columns of rows are the keys in order of appearance
 * @example
 * display(table([{ epoch: 1, accuracy: 0.864 }], { caption: "So far", format: { accuracy: (share: number) => `${100 * share} %` } }));
 */
export function table(source: TableSource, options: TableOptions = {}): Displayable {
  refuseUnknownOptions("table", options, ["format", "index", "maxRows", "caption", "maxWidth"]);
  return { toMimeBundle: () => render(source, options) };
}

interface Grid {
  header: string[];
  /** Formatted cells; undefined stands for the gap of a shortened table. */
  rows: (string[] | undefined)[];
  rightAligned: boolean[];
  footer?: string;
}

function render(source: TableSource, options: TableOptions): MimeBundle {
  const grid = layOut(source, options);
  return { "text/plain": plainText(grid, options), "text/html": html(grid, options) };
}

function layOut(source: TableSource, { format = {}, index, maxRows = 20 }: TableOptions): Grid {
  const { columns, rows, labels } = content(source);
  const showIndex = index ?? labels !== undefined;
  const shortened = rows.length > maxRows;
  const shown = rows
    .map((_, row) => row)
    .filter((row) => !shortened || row < ENDS || row >= rows.length - ENDS);
  const cells = shown.map((row) => {
    const values = columns.map((name, column) =>
      write(rows[row]?.[column], Object.hasOwn(format, name) ? format[name] : undefined),
    );
    return showIndex ? [String(labels?.[row] ?? row), ...values] : values;
  });
  const numeric = columns.map((name, column) => {
    const values = shown.map((row) => rows[row]?.[column]);
    return (
      Object.hasOwn(format, name) ||
      values.some((value) => typeof value === "number" || typeof value === "bigint")
    );
  });
  const gridRows: Grid["rows"] = [...cells];
  if (shortened) gridRows.splice(ENDS, 0, undefined);
  return {
    header: showIndex ? ["", ...columns] : columns,
    rows: gridRows,
    rightAligned: showIndex ? [true, ...numeric] : numeric,
    footer: shortened ? `${count(rows.length)} rows × ${columns.length} columns` : undefined,
  };
}

function content(source: TableSource): {
  columns: string[];
  rows: unknown[][];
  labels?: (string | number)[];
} {
  if (isRows(source)) {
    const columns = [...new Set(source.flatMap((row) => Object.keys(row)))];
    return { columns, rows: source.map((row) => columns.map((name) => row[name])) };
  }
  const rows = source.values as unknown[];
  // A frame of one column hands out its values flat.
  return {
    columns: source.columns,
    rows: rows.map((row) => (Array.isArray(row) ? (row as unknown[]) : [row])),
    labels: source.index,
  };
}

function isRows(source: TableSource): source is readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(source);
}

function write(value: unknown, format: ((value: never) => string) | undefined): string {
  if (value === null || value === undefined) return "";
  if (format) return format(value as never);
  if (typeof value === "string") return value;
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : fraction(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return Array.from(value as ArrayLike<unknown>, String).join(" ");
  return inspect(value);
}

function fraction(value: number): string {
  return Number.isFinite(value) ? value.toFixed(4) : String(value);
}

function plainText(grid: Grid, { caption, maxWidth = LONGEST }: TableOptions): string {
  const cut = (cell: string) => {
    const text = singleLine(cell);
    return lengthOf(text) > maxWidth ? `${[...text].slice(0, maxWidth - 1).join("")}…` : text;
  };
  const rows = grid.rows.map((row) => (row ?? grid.header.map(() => "…")).map(cut));
  const text = textTable({ header: grid.header.map(cut), rows, rightAligned: grid.rightAligned });
  const heading = caption === undefined ? undefined : wrapText(caption, textColumns()).join("\n");
  return [heading, text, grid.footer].filter((part) => part !== undefined).join("\n");
}

function html(grid: Grid, { caption }: TableOptions): string {
  const cell = (tag: "td" | "th", text: string, column: number) => {
    const align = grid.rightAligned[column] ? "right;font-variant-numeric:tabular-nums" : "left";
    const border = tag === "th" ? `;border-bottom:${BORDER}` : "";
    return `<${tag} style="text-align:${align};padding:.25em .75em;vertical-align:top${border}">${escapeHtml(text)}</${tag}>`;
  };
  const row = (tag: "td" | "th", cells: readonly string[]) =>
    `<tr>${cells.map((text, column) => cell(tag, text, column)).join("")}</tr>`;
  const gap = grid.header.map(() => "…");
  return [
    `<table class="dataframe" style="border-collapse:collapse;border-top:${BORDER};border-bottom:${BORDER}">`,
    caption === undefined
      ? ""
      : `<caption style="caption-side:top;text-align:left;font-weight:600;padding:.25em .75em">${escapeHtml(caption)}</caption>`,
    `<thead>${row("th", grid.header)}</thead>`,
    `<tbody>${grid.rows.map((cells) => row("td", cells ?? gap)).join("")}</tbody>`,
    "</table>",
    grid.footer === undefined ? "" : `<p style="opacity:.7">${escapeHtml(grid.footer)}</p>`,
  ].join("");
}
