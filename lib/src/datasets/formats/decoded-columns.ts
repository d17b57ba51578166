import { isUtf8 } from "../../platform/utf8";
import { DatasetError } from "../../errors";
import { type Cell, type NumberArray, NumberColumn, ObjectColumn, TextColumn } from "../columns";
import { ClassLabel, type FeatureType, Value } from "../features";
import { columnOf, inferColumn, isClass, type TypedColumn } from "../infer";
import { plainText } from "../python-repr";
import { fieldName } from "./parquet-schema";

/** A piece of a decoded column, as the readers of parquet and Arrow hand it over; texts are their bytes. */
export type Chunk = ArrayLike<unknown>;

/** Where a column comes from, for messages and bounds. */
export interface ColumnSource {
  file: string;
  name: string;
  /** So many it has to have. */
  numRows: number;
  /** The most bytes that its text may take. */
  budget: number;
}

/**
 * A typed column of the pieces that were decoded.
 *
 * @param feature what the file says that it holds; undefined: what the values say
 * @throws DatasetError naming file, row and remedy for text that is not UTF-8 and labels that no class has; RangeError for
 *   another number of rows
 */
export function columnOfChunks(
  source: ColumnSource,
  chunks: readonly Chunk[],
  feature: FeatureType | undefined,
): TypedColumn {
  const rows = lengthOf(chunks);
  if (rows !== source.numRows) {
    throw new RangeError(`column "${source.name}" has ${rows} of ${source.numRows} rows`);
  }
  if (feature instanceof Value && feature.dtype === "string") return textColumn(source, chunks, feature);
  if (feature instanceof ClassLabel || (feature instanceof Value && isNumeric(feature.dtype))) {
    const column = numberColumn(chunks, feature);
    if (feature instanceof ClassLabel) checkLabels(source, column, feature);
    return { column, feature };
  }
  const cells = chunks.flatMap((chunk) => Array.from(chunk, plain));
  // Bytes are no list of numbers.
  if (feature instanceof Value && feature.dtype === "binary")
    return { column: new ObjectColumn(cells), feature };
  if (feature !== undefined) return { column: columnOf(cells, feature), feature };
  return inferColumn(cells, `${source.file}, column "${source.name}"`);
}

const isNumeric = (dtype: string) => /^(u?int(8|16|32|64)|float(16|32|64))$/.test(dtype);

const lengthOf = (chunks: readonly Chunk[]) => chunks.reduce((sum, { length }) => sum + length, 0);

/** The smallest array that holds all numbers exactly; where there is none (null among them, large int64), the cells. */
function numberColumn(chunks: readonly Chunk[], feature: ClassLabel | Value): NumberColumn | ObjectColumn {
  const length = lengthOf(chunks);
  const dtype = feature instanceof Value ? feature.dtype : "int64";
  const arrays: NumberArray[] = dtype.startsWith("float")
    ? [dtype === "float64" ? new Float64Array(length) : new Float32Array(length)]
    : [new Int32Array(length)];
  for (const array of arrays) {
    if (fill(array, chunks)) return new NumberColumn(array);
    if (array instanceof Int32Array) arrays.push(new Float64Array(length));
  }
  return new ObjectColumn(chunks.flatMap((chunk) => Array.from(chunk, plain)));
}

/** @returns whether every cell is a number that the array holds exactly */
function fill(array: NumberArray, chunks: readonly Chunk[]): boolean {
  let at = 0;
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++, at++) {
      const cell = chunk[i];
      if (typeof cell !== "number" && typeof cell !== "bigint") return false;
      const number = Number(cell);
      array[at] = number;
      if (array[at] !== number && !Number.isNaN(number)) return false;
      if (typeof cell === "bigint" && !Number.isSafeInteger(number)) return false;
    }
  }
  return true;
}

function checkLabels(
  { file, name }: ColumnSource,
  column: NumberColumn | ObjectColumn,
  label: ClassLabel,
): void {
  for (let row = 0; row < column.length; row++) {
    const number = column.get(row);
    if (number === null) continue;
    if (typeof number === "number" && isClass(number, label)) continue;
    const classes = label.names.map((each, i) => `${i} ${each}`).join(", ");
    throw new DatasetError(
      `${file}, row ${row}: the label ${plainText(number)} in column "${name}" is no class. ` +
        `Classes: ${classes}; -1 or -100 where it is hidden. Correct the row, or the class names of the file.`,
    );
  }
}

/** Copies the bytes of all texts behind each other: no JavaScript string is made. */
function textColumn(
  { file, name, budget }: ColumnSource,
  chunks: readonly Chunk[],
  feature: Value,
): TypedColumn {
  const starts = new Int32Array(lengthOf(chunks));
  const ends = new Int32Array(starts.length);
  let size = 0;
  let hasNull = false;
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++) {
      const cell = chunk[i];
      if (cell instanceof Uint8Array) size += cell.length;
      else if (cell !== null && cell !== undefined) {
        throw new DatasetError(
          `${file}: column "${name}" is said to be text, but holds a ${typeof cell}. Write the file again.`,
        );
      }
    }
  }
  if (size > Math.min(budget, 2 ** 31 - 1)) {
    throw new DatasetError(
      `${file}: column "${name}" unfolds to ${Math.round(size / 2 ** 20)} MB of text, too much for a file of this ` +
        "size. If you trust it, split it into smaller files.",
    );
  }
  const bytes = Buffer.allocUnsafeSlow(size);
  let at = 0;
  let row = 0;
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++, row++) {
      const cell = chunk[i] as Uint8Array | null | undefined;
      starts[row] = at;
      if (cell === null || cell === undefined) hasNull = true;
      else {
        bytes.set(cell, at);
        at += cell.length;
      }
      ends[row] = at;
    }
  }
  checkTexts({ file, name }, bytes, starts, ends);
  const column = TextColumn.over(bytes, starts, ends);
  if (!hasNull) return { column, feature };
  const cells = chunks.flatMap((chunk) => Array.from(chunk));
  return { column: new ObjectColumn(cells.map((cell, i) => (cell == null ? null : column.get(i)))), feature };
}

function checkTexts(
  { file, name }: Pick<ColumnSource, "file" | "name">,
  bytes: Buffer,
  starts: Int32Array,
  ends: Int32Array,
): void {
  // A text that starts with the second byte of a character: its neighbours only look whole together.
  const isCut = (row: number) => starts[row]! < ends[row]! && (bytes[starts[row]!]! & 0xc0) === 0x80;
  let bad = starts.findIndex((_, row) => isCut(row));
  if (bad < 0 && isUtf8(bytes)) return;
  if (bad < 0) bad = starts.findIndex((start, row) => !isUtf8(bytes.subarray(start, ends[row])));
  throw new DatasetError(
    `${file}, row ${bad}: the text in column "${name}" is not UTF-8. Write the file again with its texts as UTF-8.`,
  );
}

/** Integers of 64 bits as numbers where they are exact, bytes as they are, the same within lists and objects. */
function plain(cell: unknown): Cell {
  if (cell === undefined) return null;
  if (typeof cell === "bigint") return Number.isSafeInteger(Number(cell)) ? Number(cell) : cell;
  if (cell instanceof BigInt64Array || cell instanceof BigUint64Array) return Array.from(cell, plain);
  if (Array.isArray(cell)) return cell.map(plain);
  if (typeof cell === "object" && cell !== null && Object.getPrototypeOf(cell) === Object.prototype) {
    return Object.fromEntries(Object.entries(cell).map(([field, value]) => [fieldName(field), plain(value)]));
  }
  return cell;
}
