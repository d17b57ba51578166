import {
  type Cell,
  type Column,
  ListColumn,
  NumberColumn,
  ObjectColumn,
  TextColumn,
  toArray,
} from "./columns";
import { commonType } from "./common-type";
import { ClassLabel, type FeatureType, List, Value } from "./features";
import { inferFeature, isInt32 } from "./infer-feature";

/** A column and what it holds. */
export interface TypedColumn {
  column: Column;
  feature: FeatureType;
}

export const isNumber = (value: Cell): value is number => typeof value === "number";
const isNumberList = (value: Cell): value is ArrayLike<number> =>
  Array.isArray(value) ? value.every(isNumber) : isNumericView(value);
export const isText = (value: Cell): value is string => typeof value === "string";

/** A typed array of ordinary numbers (not of bigints). */
export function isNumericView(value: Cell): value is Int32Array {
  return (
    ArrayBuffer.isView(value) &&
    !(value instanceof DataView || value instanceof BigInt64Array || value instanceof BigUint64Array)
  );
}

/** UTF-8 cannot hold half a surrogate pair. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The most compact column for these values, and what it holds: int32 or float64 numbers, text, lists of numbers;
 * anything else (booleans, null among values, nested lists, objects) as it is. The type comes from all values.
 *
 * @param where  what messages begin with
 * @throws DatasetError that names two rows whose values have no common type
 */
export function inferColumn(values: ArrayLike<Cell>, where = "The column"): TypedColumn {
  const cells = Array.isArray(values) ? (values as Cell[]) : Array.from(values);
  const compact = compactColumn(values);
  if (compact !== undefined) return compact;
  return { column: new ObjectColumn(cells), feature: inferFeature(cells, where) };
}

/** A column for values of a type that is known. */
export function columnOf(values: ArrayLike<Cell>, feature?: FeatureType): Column {
  const element = feature instanceof List ? feature.feature : feature;
  const areFractions = element instanceof Value && element.dtype.startsWith("float");
  return compactColumn(values, areFractions)?.column ?? new ObjectColumn(Array.from(values));
}

/**
 * A column of typed memory; undefined where these values have none.
 *
 * @param areFractions  numbers are fractions even if all are whole: of -0.0 an integer would lose the sign
 */
function compactColumn(values: ArrayLike<Cell>, areFractions = false): TypedColumn | undefined {
  if (values instanceof Float32Array) {
    return { column: new NumberColumn(values.slice()), feature: new Value("float32") };
  }
  const cells = Array.isArray(values) ? (values as Cell[]) : Array.from(values);
  if (cells.length === 0) return { column: new ObjectColumn([]), feature: new Value("null") };
  if (cells.every(isNumber)) {
    const integers = !areFractions && cells.every(isInt32);
    const column = new NumberColumn(integers ? Int32Array.from(cells) : Float64Array.from(cells));
    return { column, feature: new Value(integers ? "int32" : "float64") };
  }
  if (cells.every(isText) && !cells.some((text) => LONE_SURROGATE.test(text))) {
    return { column: TextColumn.from(cells), feature: new Value("string") };
  }
  return cells.every(isNumberList) ? inferListColumn(cells, areFractions) : undefined;
}

function inferListColumn(lists: readonly ArrayLike<number>[], areFractions: boolean): TypedColumn {
  let size = 0;
  let integers = !areFractions;
  for (const list of lists) {
    size += list.length;
    for (let i = 0; integers && i < list.length; i++) integers = isInt32(list[i]!);
  }
  if (integers) {
    return { column: ListColumn.from(lists, new Int32Array(size)), feature: new List(new Value("int32")) };
  }
  const single = lists.every((list) => list instanceof Float32Array);
  const values = single ? new Float32Array(size) : new Float64Array(size);
  return {
    column: ListColumn.from(lists, values),
    feature: new List(new Value(single ? "float32" : "float64")),
  };
}

/** One column of the parts of a column that were inferred one by one. */
export function joinColumns(parts: readonly TypedColumn[], where?: string): TypedColumn {
  const filled = parts.filter(({ column }) => column.length > 0);
  const [first, ...rest] = filled;
  if (first === undefined) return parts[0] ?? inferColumn([]);
  if (rest.length === 0) return first;
  const type = elementType(first.column);
  if (rest.every(({ column }) => elementType(column) === type)) {
    const column = first.column.concat(rest.map((part) => part.column));
    const common = filled
      .map(({ feature }) => feature)
      .reduce<FeatureType | undefined>((a, b) => a && commonType(a, b), new Value("null"));
    if (common !== undefined) return { column, feature: common };
  }
  // The parts disagree, such as integers in one and fractions in the next: look at all values together.
  return inferColumn(
    filled.flatMap(({ column }) => toArray(column)),
    where,
  );
}

function elementType(column: Column): string {
  const isTyped = column instanceof NumberColumn || column instanceof ListColumn;
  return column.constructor.name + (isTyped ? column.values.constructor.name : "");
}

/**
 * The feature of a column that replaces another of the same name: as before where the new values fit it
 * (labels stay labels), else what the values say.
 */
export function keepFeature(
  { column, feature }: TypedColumn,
  previous: FeatureType | undefined,
): FeatureType {
  if (!(column instanceof NumberColumn) || !(column.values instanceof Int32Array)) return feature;
  if (previous instanceof ClassLabel)
    return column.values.every((n) => isClass(n, previous)) ? previous : feature;
  return previous instanceof Value && /^u?int/.test(previous.dtype) ? previous : feature;
}

/** Whether a number is a class, or stands for none: -1 where the label is hidden, -100 where torch leaves it out of the loss. */
export const isClass = (number: number, label: ClassLabel) =>
  (number >= -1 && number < label.numClasses) || number === -100;
