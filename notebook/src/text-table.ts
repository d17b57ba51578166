import { textColumns } from "./text-columns";
import { lengthOf, wrapText } from "./wrap-text";

/** A column of text is made no narrower than this. */
const NARROWEST = 14;
const GAP = 2;

export interface TextTable {
  header: readonly string[];
  rows: readonly (readonly string[])[];
  /** Columns of numbers; they are never broken. */
  rightAligned: readonly boolean[];
}

/**
 * Rows and columns aligned as text: numbers to the right, the rest to the left, a rule below the header. Where the terminal is too
 * narrow, headers and text break into several lines; where even that does not help, each row becomes a list of its values.
 *
 * @param columns characters a line. Default: the terminal's
 */
export function textTable({ header, rows, rightAligned }: TextTable, columns = textColumns()): string {
  const widths = fit({ header, rows, rightAligned }, columns);
  if (widths === undefined) return records(header, rows, columns);
  const lines = (cells: readonly string[]): string[] => {
    const broken = widths.map((width, column) => wrapText(cells[column] ?? "", width));
    const height = Math.max(1, ...broken.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) =>
      widths
        .map((width, column) => {
          const part = broken[column]![line] ?? "";
          const padding = " ".repeat(Math.max(0, width - lengthOf(part)));
          return rightAligned[column] ? padding + part : part + padding;
        })
        .join(" ".repeat(GAP))
        .trimEnd(),
    );
  };
  const rule = widths.map((width) => "─".repeat(width)).join(" ".repeat(GAP));
  return [...lines(header), rule, ...rows.flatMap(lines)].join("\n");
}

/** The widths of the columns; undefined where they cannot be made to fit. */
function fit({ header, rows, rightAligned }: TextTable, columns: number): number[] | undefined {
  const cells = header.map((_, column) => Math.max(0, ...rows.map((row) => lengthOf(row[column] ?? ""))));
  const widths = header.map((name, column) => Math.max(lengthOf(name), cells[column]!));
  const least = header.map((name, column) => {
    const word = Math.max(0, ...name.split(" ").map(lengthOf));
    return Math.max(word, rightAligned[column] ? cells[column]! : Math.min(cells[column]!, NARROWEST));
  });
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  const room = columns - GAP * (header.length - 1);
  if (sum(least) > room) return undefined;
  while (sum(widths) > room) {
    // The column with most to give: gives what is too much, but not more than makes the next one the widest.
    const spare = widths.map((width, column) => width - least[column]!);
    const most = spare.indexOf(Math.max(...spare));
    const next = Math.max(0, ...spare.filter((_, column) => column !== most));
    const excess = sum(widths) - room;
    widths[most]! -= Math.max(1, Math.min(excess, spare[most]! - next));
  }
  return widths;
}

/** Each row as `name: value` lines. */
function records(header: readonly string[], rows: readonly (readonly string[])[], columns: number): string {
  const indent = "  ";
  const lines = (row: readonly string[]) =>
    header.flatMap((name, column) => {
      const [first = "", ...rest] = wrapText(
        `${name === "" ? "row" : name}: ${row[column] ?? ""}`,
        columns - 2,
      );
      return [first.trimEnd(), ...rest.map((line) => indent + line)];
    });
  return rows.map((row) => lines(row).join("\n")).join(`\n${"─".repeat(Math.min(columns, 20))}\n`);
}
