import { type Cell, type Column, NumberColumn, ObjectColumn, TextColumn } from "../columns";
import { type FeatureType, Value } from "../features";
import type { TypedColumn } from "../infer";
import { Table } from "../table";
import { type DelimitedFile, type Dialect, type Fields, scanDelimited } from "./delimited";
import { readDataFile } from "./file-bytes";

/**
 * Reads a file of separated values whose first line names the columns. What a column holds is what its fields say:
 * int64, float64, bool, else text. Empty fields are null, as in Python's `datasets`; words such as "NA" stay words.
 *
 * @param declared  what columns shall hold; those of text are not looked at ("00501" is no number then)
 * @throws DatasetError naming file, line and remedy
 */
export async function readCsv(
  path: string,
  dialect: Dialect,
  name: string = path,
  declared?: ReadonlyMap<string, FeatureType>,
): Promise<Table> {
  const file = scanDelimited(name, await readDataFile(path, name), dialect);
  const columns = new Map<string, Column>();
  const features = new Map<string, FeatureType>();
  for (const [i, column] of file.header.entries()) {
    const fields = file.columns[i]!;
    const feature = declared?.get(column);
    const isText = feature instanceof Value && feature.dtype === "string";
    const typed = isText ? textColumn(file.bytes, fields) : typedColumn(file, fields);
    columns.set(column, typed.column);
    features.set(column, typed.feature);
  }
  return new Table(columns, features);
}

const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^nan$|^[+-]?inf(inity)?$/i;
const BOOLEAN = /^(true|false)$/i;

/** The kinds of a column, the narrowest first. */
const KINDS = [INTEGER, NUMBER, BOOLEAN];

/** No number or boolean is longer: such fields are text, and nobody has to look at them. */
const LONGEST = 40;

function typedColumn(file: DelimitedFile, fields: Fields): TypedColumn {
  const { bytes } = file;
  const { starts, ends } = fields;
  const integers = smallIntegers(bytes, fields);
  if (integers !== undefined) return { column: new NumberColumn(integers), feature: new Value("int64") };
  const fractions = shortFractions(bytes, fields);
  if (fractions !== undefined) return { column: new NumberColumn(fractions), feature: new Value("float64") };
  // Every integer is a number too, and no boolean is either: the first field says which of them it is.
  let kinds: readonly RegExp[] | undefined;
  let empty = 0;
  for (let row = 0; row < starts.length && kinds?.length !== 0; row++) {
    const length = ends[row]! - starts[row]!;
    if (length === 0) {
      empty++;
      continue;
    }
    const field = length > LONGEST ? "" : bytes.toString("latin1", starts[row], ends[row]).trim();
    if (!kinds?.[0]?.test(field)) kinds = (kinds ?? KINDS).filter((kind) => kind.test(field));
  }
  if (kinds === undefined) {
    const cells = new Array<Cell>(empty).fill(null);
    return { column: new ObjectColumn(cells), feature: new Value("null") };
  }
  const [kind] = kinds;
  if (kind === undefined) return textColumn(bytes, fields);
  const text = (row: number) => bytes.toString("latin1", starts[row], ends[row]).trim();
  const cells = Array.from(starts, (_, row) => (starts[row] === ends[row] ? null : parse(kind, text(row))));
  if (kind === BOOLEAN) return { column: new ObjectColumn(cells), feature: new Value("bool") };
  const dtype = kind === INTEGER ? integerType(cells) : "float64";
  // Text keeps every digit.
  if (dtype === undefined) return textColumn(bytes, fields);
  const feature = new Value(dtype);
  if (empty > 0 || cells.some((cell) => typeof cell === "bigint")) {
    return { column: new ObjectColumn(cells), feature };
  }
  const numbers = cells as number[];
  const isSmall = kind === INTEGER && numbers.every((number) => (number | 0) === number);
  return {
    column: new NumberColumn(isSmall ? Int32Array.from(numbers) : Float64Array.from(numbers)),
    feature,
  };
}

/** The type of integers; undefined where they have none of 64 bits in common. */
function integerType(cells: readonly Cell[]): "int64" | "uint64" | undefined {
  const large = cells.filter((cell): cell is bigint => typeof cell === "bigint");
  if (large.every((number) => BigInt.asIntN(64, number) === number)) return "int64";
  const isUnsigned = cells.every((cell) => cell === null || (cell as number | bigint) >= 0);
  return isUnsigned && large.every((number) => BigInt.asUintN(64, number) === number) ? "uint64" : undefined;
}

/** So many digits always fit int32. */
const SMALL_DIGITS = 9;

/** The numbers of a column of small integers (labels, row numbers) straight from the bytes; undefined for any other. */
function smallIntegers(bytes: Buffer, { starts, ends }: Fields): Int32Array | undefined {
  const numbers = new Int32Array(starts.length);
  for (let row = 0; row < numbers.length; row++) {
    const end = ends[row]!;
    let at = starts[row]!;
    const isNegative = bytes[at] === MINUS;
    if (isNegative && at < end) at++;
    if (at === end || end - at > SMALL_DIGITS) return undefined;
    let number = 0;
    for (; at < end; at++) {
      const digit = bytes[at]! - ZERO;
      if (!(digit >= 0 && digit <= 9)) return undefined;
      number = 10 * number + digit;
    }
    numbers[row] = isNegative ? -number : number;
  }
  return starts.length > 0 ? numbers : undefined;
}

/** So many digits are a whole number below 2^53, and their power of ten is exact too: the quotient is rounded once. */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, i) => 10 ** i);

/**
 * The numbers of a column of fractions with few digits (0.25, -3.5), straight from the bytes; undefined for any other.
 *
 * @see W. D. Clinger, "How to Read Floating Point Numbers Accurately", 1990: the fast path
 */
function shortFractions(bytes: Buffer, { starts, ends }: Fields): Float64Array | undefined {
  const numbers = new Float64Array(starts.length);
  let hasPoint = false;
  for (let row = 0; row < numbers.length; row++) {
    const end = ends[row]!;
    let at = starts[row]!;
    const isNegative = bytes[at] === MINUS;
    if (isNegative && at < end) at++;
    if (at === end || end - at > EXACT_DIGITS + 1) return undefined;
    let number = 0;
    let digits = 0;
    let point = -1;
    for (; at < end; at++) {
      if (bytes[at] === POINT && point < 0) {
        point = digits;
        continue;
      }
      const digit = bytes[at]! - ZERO;
      if (!(digit >= 0 && digit <= 9)) return undefined;
      number = 10 * number + digit;
      digits++;
    }
    if (digits === 0 || digits > EXACT_DIGITS) return undefined;
    hasPoint ||= point >= 0;
    if (point >= 0) number /= POWERS_OF_TEN[digits - point]!;
    numbers[row] = isNegative ? -number : number;
  }
  // Whole numbers alone are int64.
  return hasPoint ? numbers : undefined;
}

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

function parse(kind: RegExp, field: string): Cell {
  if (kind === BOOLEAN) return field.toLowerCase() === "true";
  if (kind === INTEGER) {
    const number = Number(field);
    return Number.isSafeInteger(number) ? number + 0 : BigInt(field.replace("+", ""));
  }
  if (/nan/i.test(field)) return NaN;
  return /inf/i.test(field) ? (field.startsWith("-") ? -Infinity : Infinity) : Number(field);
}

function textColumn(bytes: Buffer, { starts, ends }: Fields): TypedColumn {
  const feature = new Value("string");
  const column = TextColumn.over(bytes, starts, ends);
  if (!starts.some((start, row) => start === ends[row])) return { column, feature };
  const cells = Array.from(starts, (start, row) => (start === ends[row] ? null : column.get(row)));
  return { column: new ObjectColumn(cells), feature };
}
