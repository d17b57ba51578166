import { DatasetError } from "../../errors";
import { pythonList } from "../python-repr";
import { checkUtf8, contentStart } from "./file-bytes";

/** How a file separates its fields. */
export interface Dialect {
  /** One ASCII character. */
  delimiter: string;
  /** The character around fields that hold delimiters, line ends or itself (then doubled); null: there is none. */
  quoteChar: string | null;
  /** Whether the first line names the columns. Default true, unless `columnNames` are given. */
  header?: boolean;
  /** Names of the columns, in place of the first line's. Default without a header: "0", "1" and so on. */
  columnNames?: readonly string[];
  /** Lines before the first that counts. Default 0. */
  skipRows?: number;
}

/** Where the fields of a column lie: bytes start (included) to end (excluded). */
export interface Fields {
  starts: Int32Array;
  ends: Int32Array;
}

/** A file cut into its fields, which stay where they are in its bytes. */
export interface DelimitedFile {
  name: string;
  bytes: Buffer;
  header: string[];
  /** One a column of the header. */
  columns: Fields[];
  /** [rows]: the line on which each row starts, counted from 1. */
  lines: Int32Array;
}

/** Whether a text can stand between fields, or around them: bytes are compared with it. */
export const isOneAscii = (text: string): boolean =>
  text.length === 1 && text.charCodeAt(0) > 0 && text.charCodeAt(0) < 0x80;

const LF = 0x0a;
const CR = 0x0d;

/**
 * Cuts a file into rows and fields (RFC 4180). Empty lines are passed over; a quoted field may hold line ends.
 *
 * @param name  what messages call the file
 * @param bytes its content; doubled quotes are undone in place
 * @throws DatasetError naming file and line: no UTF-8, no header, a row of another width, a quote that is not closed
 */
export function scanDelimited(name: string, bytes: Buffer, dialect: Dialect): DelimitedFile {
  checkUtf8(name, bytes);
  const scanner = new Scanner(name, bytes, dialect);
  const header = headerOf(scanner, name, bytes, dialect);
  const width = header.length;
  // A row has a line end, but for the last one, and a byte between two fields.
  const most = Math.min(countLineEnds(bytes, scanner.lineEnd), Math.floor(bytes.length / width)) + 1;
  const lines = new Int32Array(most);
  const columns = header.map((): Fields => ({ starts: new Int32Array(most), ends: new Int32Array(most) }));
  let row = 0;
  for (;;) {
    let at = 0;
    const line = scanner.row((start, end) => {
      const column = columns[at++];
      if (column === undefined) return;
      column.starts[row] = start;
      column.ends[row] = end;
    });
    if (line === undefined) break;
    if (at !== width) throw wrongWidth(name, line, at, header, dialect);
    lines[row++] = line;
  }
  const cut = ({ starts, ends }: Fields) => ({ starts: starts.slice(0, row), ends: ends.slice(0, row) });
  return { name, bytes, header, columns: columns.map(cut), lines: lines.slice(0, row) };
}

/** Reads the names of the columns, or makes them up; the scanner then stands at the first row. */
function headerOf(
  scanner: Scanner,
  name: string,
  bytes: Buffer,
  { header: hasHeader, columnNames, skipRows = 0 }: Dialect,
): string[] {
  scanner.skipLines(skipRows);
  const before = scanner.position;
  const names: string[] = [];
  const found = scanner.row((start, end) => {
    if (names.length <= MOST_COLUMNS) names.push(bytes.toString("utf8", start, end));
  });
  if (names.length > MOST_COLUMNS) {
    throw new DatasetError(
      `${name} has more than ${MOST_COLUMNS.toLocaleString("en-US")} columns. If its delimiter is another one, give it.`,
    );
  }
  if (found === undefined && columnNames === undefined) {
    const skipped = skipRows > 0 ? ` after ${skipRows} lines` : "";
    throw new DatasetError(`${name} is empty${skipped}. Its first line must name the columns.`);
  }
  const isFirstLine = hasHeader ?? columnNames === undefined;
  if (!isFirstLine) scanner.position = before;
  const header = columnNames ?? (isFirstLine ? names : names.map((_, i) => String(i)));
  checkHeader(name, header);
  return [...header];
}

const MOST_COLUMNS = 100_000;
/** Of so many columns a message gives the names. */
const SHOWN = 20;

function countLineEnds(bytes: Buffer, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(end); at >= 0; at = bytes.indexOf(end, at + 1)) count++;
  return count;
}

/** What ends a line: CR only where there is no LF but in quotes, as in files of old Macintoshes. */
function lineEndOf(bytes: Buffer, quote: number): number {
  if (!bytes.includes(CR)) return LF;
  let isQuoted = false;
  let end = LF;
  for (const byte of bytes) {
    if (byte === quote) isQuoted = !isQuoted;
    else if (!isQuoted && byte === LF) return LF;
    else if (!isQuoted && byte === CR) end = CR;
  }
  return end;
}

class Scanner {
  private at: number;
  private line = 1;
  private readonly delimiter: number;
  private readonly quote: number;
  readonly lineEnd: number;

  constructor(
    private readonly name: string,
    private readonly bytes: Buffer,
    { delimiter, quoteChar }: Dialect,
  ) {
    this.at = contentStart(bytes);
    this.delimiter = delimiter.charCodeAt(0);
    this.quote = quoteChar === null ? -1 : quoteChar.charCodeAt(0);
    this.lineEnd = lineEndOf(bytes, this.quote);
  }

  /** Where it stands. */
  get position(): { at: number; line: number } {
    return { at: this.at, line: this.line };
  }

  set position({ at, line }: { at: number; line: number }) {
    this.at = at;
    this.line = line;
  }

  /** Passes over lines, whatever they hold. */
  skipLines(count: number): void {
    for (let i = 0; i < count && this.at < this.bytes.length; i++) {
      const end = this.bytes.indexOf(this.lineEnd, this.at);
      this.at = end < 0 ? this.bytes.length : end + 1;
      this.line++;
    }
  }

  /** Reads the next row that is not empty. @returns its line, or undefined at the end */
  row(field: (start: number, end: number) => void): number | undefined {
    const { bytes } = this;
    while (this.at < bytes.length && this.endOfLine(this.at) > 0) this.skipLineEnd();
    if (this.at >= bytes.length) return undefined;
    const line = this.line;
    for (;;) {
      if (bytes[this.at] === this.quote) this.quoted(field);
      else this.bare(field);
      if (bytes[this.at] === this.delimiter && this.at < bytes.length) {
        this.at++;
        continue;
      }
      if (this.at < bytes.length) this.skipLineEnd();
      return line;
    }
  }

  /** Bytes of the line end at a position; 0 if there is none. */
  private endOfLine(at: number): number {
    if (this.bytes[at] === this.lineEnd) return 1;
    return this.bytes[at] === CR && this.bytes[at + 1] === LF ? 2 : 0;
  }

  private skipLineEnd(): void {
    this.at += this.endOfLine(this.at);
    this.line++;
  }

  private bare(field: (start: number, end: number) => void): void {
    const { bytes, delimiter, lineEnd } = this;
    const start = this.at;
    let at = start;
    while (at < bytes.length && bytes[at] !== delimiter && bytes[at] !== lineEnd) at++;
    // The CR of a Windows line end is not part of the field.
    if (at > start && bytes[at - 1] === CR && (bytes[at] === LF || at === bytes.length)) this.at = at - 1;
    else this.at = at;
    field(start, this.at);
    if (this.at === bytes.length - 1 && bytes[this.at] === CR) this.at = bytes.length;
  }

  private quoted(field: (start: number, end: number) => void): void {
    const { bytes, quote } = this;
    const opened = this.line;
    const start = this.at + 1;
    let into = start;
    let at = start;
    for (; ; at++) {
      if (at >= bytes.length) {
        throw new DatasetError(
          `${this.name}, line ${opened}: a quoted field is not closed before the end of the file. ` +
            "Close the quote; within quotes, write a quote as two. For a file without quoting, pass quoteChar: null.",
        );
      }
      if (bytes[at] === quote) {
        if (bytes[at + 1] !== quote) break;
        at++;
      }
      if (bytes[at] === this.lineEnd) this.line++;
      bytes[into++] = bytes[at]!;
    }
    this.at = at + 1;
    const isEnd = this.at >= bytes.length || bytes[this.at] === this.delimiter || this.endOfLine(this.at) > 0;
    if (!isEnd) {
      throw new DatasetError(
        `${this.name}, line ${this.line}: text follows a closing quote. Write a quote within quotes as two. ` +
          "For a file without quoting, pass quoteChar: null.",
      );
    }
    field(start, into);
  }
}

function checkHeader(name: string, header: readonly string[]): void {
  const seen = new Set<string>();
  const twice = header.find((column) => seen.size === seen.add(column).size);
  if (twice === undefined) return;
  throw new DatasetError(`${name}, line 1: two columns are called "${twice}". Give each its own name.`);
}

function wrongWidth(
  name: string,
  line: number,
  found: number,
  header: readonly string[],
  { delimiter, quoteChar }: Dialect,
): DatasetError {
  const mark = delimiter === "\t" ? "a tab" : `"${delimiter}"`;
  const remedy =
    found < header.length
      ? `Each row needs ${mark} between two columns.`
      : quoteChar === null
        ? `A text must not hold ${mark}: replace it.`
        : `Put a text that holds ${mark} in quotes (${quoteChar}).`;
  return new DatasetError(
    `${name}, line ${line}: ${found} ${found === 1 ? "column" : "columns"} instead of ${header.length} ` +
      `(${header.length > SHOWN ? `${pythonList(header.slice(0, SHOWN))} and more` : pythonList(header)}). ${remedy}`,
  );
}
