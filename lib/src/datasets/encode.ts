import { DatasetError } from "../errors";
import { type Cell, type Column, ListColumn, NumberColumn, ObjectColumn } from "./columns";
import { ClassLabel, type FeatureType, featureToString, List, Value } from "./features";
import { columnOf, isClass, isNumber, isNumericView, isText } from "./infer";
import { isInt32 } from "./infer-feature";
import { plainText } from "./python-repr";

/**
 * The column for values that shall be of a given type. Names of classes are turned into numbers; null stays null.
 *
 * @throws DatasetError naming column and row of a value that does not fit
 */
export function encodeColumn(name: string, values: ArrayLike<Cell>, feature: FeatureType): Column {
  const cells = Array.from(values, (value, row) => {
    const encoded = isNothing(value) ? null : encode(value, feature);
    if (encoded !== undefined) return encoded;
    throw new DatasetError(`Column "${name}", row ${row}: ${show(value)} is not ${wanted(feature)}.`);
  });
  if (cells.includes(null)) return new ObjectColumn(cells);
  if (feature instanceof ClassLabel) return new NumberColumn(Int32Array.from(cells as number[]));
  if (feature instanceof Value && /^float(32|64)$/.test(feature.dtype)) {
    const numbers = cells as number[];
    return new NumberColumn(
      feature.dtype === "float32" ? Float32Array.from(numbers) : Float64Array.from(numbers),
    );
  }
  if (feature instanceof Value && isIntegerType(feature.dtype) && cells.every(isNumber))
    return new NumberColumn(cells.every(isInt32) ? Int32Array.from(cells) : Float64Array.from(cells));
  if (feature instanceof List && feature.feature instanceof Value && feature.feature.dtype === "float32") {
    const lists = cells as ArrayLike<Cell>[];
    if (lists.every((list) => Array.from(list).every(isNumber))) {
      const size = lists.reduce((sum, { length }) => sum + length, 0);
      return ListColumn.from(lists as ArrayLike<number>[], new Float32Array(size));
    }
  }
  return columnOf(cells);
}

const isNothing = (cell: Cell): cell is null | undefined => cell === null || cell === undefined;

const isIntegerType = (dtype: string) => /^u?int(8|16|32|64)$/.test(dtype);

/** A value as a column of this type keeps it; undefined if it is none of that type. */
function encode(value: Cell, feature: FeatureType): Cell {
  if (feature instanceof ClassLabel) {
    const number = isText(value) ? feature.names.indexOf(value) : value;
    const isKnown = isNumber(number) && isInt32(number) && isClass(number, feature);
    return isKnown && !(isText(value) && number < 0) ? number : undefined;
  }
  if (feature instanceof List) {
    if (!Array.isArray(value) && !isNumericView(value)) return undefined;
    const list = Array.from(value as ArrayLike<Cell>, (each) =>
      isNothing(each) ? null : encode(each, feature.feature),
    );
    const isWhole = feature.length < 0 || list.length === feature.length;
    return isWhole && !list.includes(undefined) ? list : undefined;
  }
  if (!(feature instanceof Value)) return value;
  const { dtype } = feature;
  if (dtype === "string") return isText(value) ? value : undefined;
  if (dtype === "bool") return typeof value === "boolean" ? value : undefined;
  if (/^float/.test(dtype)) return isNumber(value) ? value : undefined;
  if (isIntegerType(dtype)) return isIntegerOf(dtype, value) ? value : undefined;
  return value;
}

function isIntegerOf(dtype: string, value: Cell): boolean {
  if (typeof value !== "bigint" && !Number.isInteger(value)) return false;
  const bits = Number(/\d+/.exec(dtype)![0]);
  const [least, end] = dtype.startsWith("u") ? [0, 2 ** bits] : [-(2 ** (bits - 1)), 2 ** (bits - 1)];
  return (value as number | bigint) >= least && (value as number | bigint) < end;
}

function wanted(feature: FeatureType): string {
  if (feature instanceof ClassLabel) return `one of the classes of ${feature.toString()}`;
  if (!(feature instanceof Value)) return `of type ${featureToString(feature)}`;
  if (feature.dtype === "string") return "text";
  return feature.dtype === "bool" ? "true or false" : `a number of type ${feature.dtype}`;
}

function show(value: Cell): string {
  const cell = isNumericView(value) ? Array.from(value) : value;
  const text = typeof cell === "string" || Array.isArray(cell) ? JSON.stringify(cell) : plainText(cell);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
