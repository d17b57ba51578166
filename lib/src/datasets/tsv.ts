import { readFile } from "../platform/files";
import { DatasetError } from "../errors";
import { checkUtf8, contentStart } from "./formats/file-bytes";

/** A field of a tab-separated file: bytes start (included) to end (excluded) of the file. */
export interface TsvFields {
  starts: Int32Array;
  ends: Int32Array;
}

/** A tab-separated file with a header, cut into its fields; nothing is copied, quoted or trimmed. */
export interface TsvFile {
  path: string;
  /** The file's bytes, all of them valid UTF-8. */
  bytes: Buffer;
  header: string[];
  /** One a column of the header. */
  columns: TsvFields[];
  numRows: number;
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;

/** The line of a row, counted from 1 as editors do; the header is line 1. */
export const lineOf = (row: number) => row + 2;

/**
 * Reads a tab-separated file. A byte order mark, Windows line ends and a last line without an end are fine; empty
 * lines are only at the end of the file.
 *
 * @throws DatasetError naming file and line: no UTF-8, empty, a line with another number of columns than the header
 */
export async function readTsv(path: string): Promise<TsvFile> {
  const bytes = await readFile(path);
  checkUtf8(path, bytes);
  const lines = splitLines(bytes);
  const first = lines.next();
  if (first.done) {
    throw new DatasetError(
      `${path} is empty. Its first line must name the columns, such as "sentence\\tlabel".`,
    );
  }
  const header = bytes.toString("utf8", first.value.start, first.value.end).split("\t");
  // No row is shorter than its tabs and line end.
  const most = Math.ceil(bytes.length / header.length) + 1;
  const columns = header.map(() => ({ starts: new Int32Array(most), ends: new Int32Array(most) }));
  let row = 0;
  for (const { start, end } of lines) {
    const found = splitFields(bytes, start, end, row, columns);
    if (found !== header.length) throw wrongWidth(path, lineOf(row), found, header);
    row++;
  }
  const shrink = ({ starts, ends }: TsvFields) => ({
    starts: starts.slice(0, row),
    ends: ends.slice(0, row),
  });
  return { path, bytes, header, columns: columns.map(shrink), numRows: row };
}

function* splitLines(bytes: Buffer): Generator<{ start: number; end: number }, void> {
  let stop = bytes.length;
  while (stop > 0 && (bytes[stop - 1] === LF || bytes[stop - 1] === CR)) stop--;
  for (let start = contentStart(bytes); start < stop;) {
    const feed = bytes.indexOf(LF, start);
    const next = feed < 0 ? stop : Math.min(feed, stop);
    yield { start, end: next < stop && bytes[next - 1] === CR ? next - 1 : next };
    start = next + 1;
  }
}

/** Notes where the fields of a line lie, and returns how many there are, even if more than columns. */
function splitFields(
  bytes: Buffer,
  start: number,
  end: number,
  row: number,
  columns: readonly TsvFields[],
): number {
  let found = 0;
  let from = start;
  for (let at = start; at <= end; at++) {
    if (at < end && bytes[at] !== TAB) continue;
    const column = columns[found++];
    if (column !== undefined) {
      column.starts[row] = from;
      column.ends[row] = at;
    }
    from = at + 1;
  }
  return found;
}

function wrongWidth(path: string, line: number, found: number, header: readonly string[]): DatasetError {
  const columns = (count: number) => `${count} ${count === 1 ? "column" : "columns"}`;
  const remedy =
    found > header.length
      ? "A text must not hold a tab: replace it by a space."
      : "Each line needs a tab between two columns, and no text a line break.";
  return new DatasetError(
    `${path}, line ${line}: ${columns(found)} instead of ${header.length} (${header.join(", ")}). ${remedy}`,
  );
}
