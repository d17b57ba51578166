import { DatasetError } from "../errors";

/** What one cell of a dataset can hold. */
export type Cell = unknown;

/**
 * One column of a dataset, immutable, in typed memory. `slice` and `take` share the memory of the cells:
 * they copy at most where each cell lies.
 */
export interface Column {
  readonly length: number;
  /** @param row 0 <= row < length, unchecked */
  get(row: number): Cell;
  /** Rows start (included) to end (excluded). */
  slice(start: number, end: number): Column;
  /** These rows in this order. */
  take(rows: Int32Array): Column;
  /** Appends columns of the same class and element type. */
  concat(others: readonly Column[]): Column;
}

export type NumberArray = Int32Array | Float32Array | Float64Array;

/** A new, zeroed array of the same element type. */
function allocateLike(array: NumberArray, length: number): NumberArray {
  if (array instanceof Int32Array) return new Int32Array(length);
  return array instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
}

/** One number a row. */
export class NumberColumn implements Column {
  constructor(readonly values: NumberArray) {}

  get length(): number {
    return this.values.length;
  }

  get(row: number): number | undefined {
    return this.values[row];
  }

  slice(start: number, end: number): NumberColumn {
    return new NumberColumn(this.values.subarray(start, end));
  }

  take(rows: Int32Array): NumberColumn {
    const taken = allocateLike(this.values, rows.length);
    for (let i = 0; i < rows.length; i++) taken[i] = this.values[rows[i]!]!;
    return new NumberColumn(taken);
  }

  concat(others: readonly NumberColumn[]): NumberColumn {
    const parts = [this, ...others];
    const joined = allocateLike(this.values, totalLength(parts));
    let at = 0;
    for (const part of parts) {
      joined.set(part.values, at);
      at += part.length;
    }
    return new NumberColumn(joined);
  }
}

/** Where each row's elements lie in a shared buffer: from starts[row] (included) to ends[row] (excluded). */
class Spans {
  constructor(
    readonly starts: Int32Array,
    readonly ends: Int32Array,
  ) {}

  get length(): number {
    return this.starts.length;
  }

  slice(start: number, end: number): Spans {
    return new Spans(this.starts.subarray(start, end), this.ends.subarray(start, end));
  }

  take(rows: Int32Array): Spans {
    const pick = (values: Int32Array) => Int32Array.from(rows, (row) => values[row]!);
    return new Spans(pick(this.starts), pick(this.ends));
  }

  /** Where rows start if they lie one behind the other: row i from offsets[i] to offsets[i + 1]; [rows + 1]. */
  get offsets(): Int32Array | undefined {
    const offsets = new Int32Array(this.length + 1);
    offsets.set(this.starts);
    for (let row = 0; row + 1 < this.length; row++)
      if (this.ends[row] !== this.starts[row + 1]) return undefined;
    if (this.length > 0) offsets[this.length] = this.ends[this.length - 1]!;
    return offsets;
  }

  /** The counterpart of {@link offsets}, on the same memory. */
  static of(offsets: Int32Array): Spans {
    return new Spans(offsets.subarray(0, -1), offsets.subarray(1));
  }

  /** Elements of all rows together. */
  get size(): number {
    let size = 0;
    for (let row = 0; row < this.length; row++) size += this.ends[row]! - this.starts[row]!;
    return size;
  }

  /** The row of the most elements, the first of them; there must be one. */
  longest(): number {
    let longest = 0;
    for (let row = 1; row < this.length; row++) {
      if (this.ends[row]! - this.starts[row]! > this.ends[longest]! - this.starts[longest]!) longest = row;
    }
    return longest;
  }

  /** Spans of the same lengths that lie one behind the other, from 0 on. */
  static packed(parts: readonly Spans[]): Spans {
    const starts = new Int32Array(totalLength(parts));
    const ends = new Int32Array(starts.length);
    let row = 0;
    let at = 0;
    for (const part of parts) {
      for (let i = 0; i < part.length; i++, row++) {
        starts[row] = at;
        at += part.ends[i]! - part.starts[i]!;
        ends[row] = at;
      }
    }
    if (at > MAX_ELEMENTS)
      throw new DatasetError("A column holds more than 2^31 elements. Split the dataset.");
    return new Spans(starts, ends);
  }
}

const MAX_ELEMENTS = 2 ** 31 - 1;

/** One text a row: UTF-8 in a shared buffer. */
export class TextColumn implements Column {
  /** @param bytes the UTF-8 of all rows @param spans where in it each row lies, in bytes */
  constructor(
    readonly bytes: Buffer,
    private readonly spans: Spans,
  ) {}

  /** A column over a buffer that already holds the texts, such as a file, without a copy. */
  static over(bytes: Buffer, starts: Int32Array, ends: Int32Array): TextColumn {
    return new TextColumn(bytes, new Spans(starts, ends));
  }

  /** @param offsets [rows + 1]: row i is from offsets[i] to offsets[i + 1] */
  static packed(bytes: Buffer, offsets: Int32Array): TextColumn {
    return new TextColumn(bytes, Spans.of(offsets));
  }

  /** The texts one behind the other, row i from offsets[i] to offsets[i + 1]; not copied if they lie like that. */
  pack(): { bytes: Buffer; offsets: Int32Array } {
    const offsets = this.spans.offsets;
    if (offsets === undefined) return this.concat([]).pack();
    const start = offsets[0]!;
    return { bytes: this.bytes.subarray(start, offsets.at(-1)), offsets: offsets.map((at) => at - start) };
  }

  /** @param texts well-formed: UTF-8 has no lone surrogates */
  static from(texts: readonly string[]): TextColumn {
    const starts = new Int32Array(texts.length);
    const ends = new Int32Array(texts.length);
    const bytes = Buffer.from(texts.join(""), "utf8");
    let at = 0;
    for (let row = 0; row < texts.length; row++) {
      starts[row] = at;
      at += Buffer.byteLength(texts[row]!, "utf8");
      ends[row] = at;
    }
    return new TextColumn(bytes, new Spans(starts, ends));
  }

  get length(): number {
    return this.spans.length;
  }

  /** The row with the most bytes; there must be a row. */
  longestRow(): number {
    return this.spans.longest();
  }

  get(row: number): string {
    return this.bytes.toString("utf8", this.spans.starts[row], this.spans.ends[row]);
  }

  slice(start: number, end: number): TextColumn {
    return new TextColumn(this.bytes, this.spans.slice(start, end));
  }

  take(rows: Int32Array): TextColumn {
    return new TextColumn(this.bytes, this.spans.take(rows));
  }

  concat(others: readonly TextColumn[]): TextColumn {
    const parts = [this, ...others];
    const spans = Spans.packed(parts.map((part) => part.spans));
    const bytes = Buffer.allocUnsafe(spans.size);
    let at = 0;
    for (const { bytes: source, spans: from } of parts) {
      for (let row = 0; row < from.length; row++)
        at += source.copy(bytes, at, from.starts[row], from.ends[row]);
    }
    return new TextColumn(bytes, spans);
  }
}

/** One list of numbers a row, of any length: the ragged columns that a tokenizer makes. */
export class ListColumn implements Column {
  /** @param values the elements of all rows @param spans where in it each row lies */
  constructor(
    readonly values: NumberArray,
    private readonly spans: Spans,
  ) {}

  /** @param lists one a row @param values an array of the wanted type, as long as all lists together */
  static from(lists: readonly ArrayLike<number>[], values: NumberArray): ListColumn {
    const starts = new Int32Array(lists.length);
    const ends = new Int32Array(lists.length);
    let at = 0;
    for (let row = 0; row < lists.length; row++) {
      const list = lists[row]!;
      starts[row] = at;
      // Short lists: a loop is faster than the call of `set`.
      for (let i = 0; i < list.length; i++) values[at++] = list[i]!;
      ends[row] = at;
    }
    return new ListColumn(values, new Spans(starts, ends));
  }

  get length(): number {
    return this.spans.length;
  }

  /** @param offsets [rows + 1]: row i is from offsets[i] to offsets[i + 1] */
  static packed(values: NumberArray, offsets: Int32Array): ListColumn {
    return new ListColumn(values, Spans.of(offsets));
  }

  /** The lists one behind the other, row i from offsets[i] to offsets[i + 1]; not copied if they lie like that. */
  pack(): { values: NumberArray; offsets: Int32Array } {
    const offsets = this.spans.offsets;
    if (offsets === undefined) return this.concat([]).pack();
    const start = offsets[0]!;
    return { values: this.values.subarray(start, offsets.at(-1)), offsets: offsets.map((at) => at - start) };
  }

  /** The row with the most elements; there must be a row. */
  longestRow(): number {
    return this.spans.longest();
  }

  /** A view of the row's elements, not a copy. */
  get(row: number): NumberArray {
    return this.values.subarray(this.spans.starts[row], this.spans.ends[row]);
  }

  slice(start: number, end: number): ListColumn {
    return new ListColumn(this.values, this.spans.slice(start, end));
  }

  take(rows: Int32Array): ListColumn {
    return new ListColumn(this.values, this.spans.take(rows));
  }

  concat(others: readonly ListColumn[]): ListColumn {
    const parts = [this, ...others];
    const spans = Spans.packed(parts.map((part) => part.spans));
    const values = allocateLike(this.values, spans.size);
    let at = 0;
    for (const part of parts) {
      for (let row = 0; row < part.length; row++) {
        const list = part.get(row);
        values.set(list, at);
        at += list.length;
      }
    }
    return new ListColumn(values, spans);
  }
}

/** Whatever has no typed form: booleans, null among values, nested lists, objects. */
export class ObjectColumn implements Column {
  constructor(readonly values: readonly Cell[]) {}

  get length(): number {
    return this.values.length;
  }

  get(row: number): Cell {
    return this.values[row];
  }

  slice(start: number, end: number): ObjectColumn {
    return new ObjectColumn(this.values.slice(start, end));
  }

  take(rows: Int32Array): ObjectColumn {
    return new ObjectColumn(Array.from(rows, (row) => this.values[row]));
  }

  concat(others: readonly ObjectColumn[]): ObjectColumn {
    return new ObjectColumn([this, ...others].flatMap((part) => part.values));
  }
}

function totalLength(parts: readonly { length: number }[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** The cells of a column as an array. */
export function toArray(column: Column): Cell[] {
  const cells = new Array<Cell>(column.length);
  for (let row = 0; row < cells.length; row++) cells[row] = column.get(row);
  return cells;
}
