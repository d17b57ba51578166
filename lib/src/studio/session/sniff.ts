/** How what was brought is to be read. */
export interface Sniffed {
  format: "csv" | "json";
  delimiter: string;
  /** A line of column names that is missing; undefined where there is one. */
  heading: string | undefined;
}

/** So many characters of the beginning are looked at. */
export const LOOKED_AT = 2 ** 16;

/**
 * Tells from a name and a beginning what a file or a pasted text is: JSON, JSON lines, or a table with tabs, semicolons or commas, as
 * it is copied from a spreadsheet.
 *
 * A table has no heading where the label of its first line, the last cell, is one of other lines too.
 */
export function sniff(name: string, beginning: string): Sniffed {
  const text = beginning.replace(/^\uFEFF/, "").trimStart();
  if (/\.jsonl?$/i.test(name) || /^[[{]/.test(text))
    return { format: "json", delimiter: ",", heading: undefined };
  const lines = text.split(/\r\n?|\n/).filter((line) => line.trim() !== "");
  const delimiter = delimiterOf(lines);
  // What was cut off at the end is no label.
  const whole = beginning.length >= LOOKED_AT ? lines.slice(0, -1) : lines;
  const [first, ...labels] = whole.map((line) => line.slice(line.lastIndexOf(delimiter) + 1).trim());
  const isTable = lines[0]?.includes(delimiter) ?? false;
  const lacksHeading = isTable && labels.includes(first!);
  const columns = lines[0]?.split(delimiter).length ?? 1;
  const names =
    columns === 2 ? ["text", "label"] : Array.from({ length: columns }, (_, i) => `column ${i + 1}`);
  return { format: "csv", delimiter, heading: lacksHeading ? names.join(delimiter) : undefined };
}

/** The mark that stands in the most lines: others are punctuation of some sentences. */
function delimiterOf(lines: string[]): string {
  const counts = ["\t", ";", ","].map((mark) => ({
    mark,
    lines: lines.filter((line) => line.includes(mark)).length,
  }));
  const most = Math.max(...counts.map((count) => count.lines));
  return counts.find((count) => count.lines === most && most > 0)?.mark ?? ",";
}
