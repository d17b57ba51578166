import { DatasetError } from "../errors";
import { type Cell, type Column, NumberColumn, ObjectColumn, toArray } from "./columns";
import { encodeColumn } from "./encode";
import { ClassLabel, type Features, type FeatureType, featureToString, List, Value } from "./features";
import { plainText, pythonList } from "./python-repr";
import { Table } from "./table";

/**
 * A column brought to another type: numbers to text and back, names of classes to their numbers, integers to fractions.
 * null stays null.
 *
 * @param where what stands before the column's name in messages: the file, or nothing
 * @throws DatasetError naming the first row that has no such value
 * @see datasets.Dataset.cast_column
 */
export function castColumn(
  name: string,
  column: Column,
  from: FeatureType | undefined,
  to: FeatureType,
  where = "",
): Column {
  if (from !== undefined && featureToString(from) === featureToString(to)) return column;
  const isPlain = to instanceof Value || to instanceof ClassLabel;
  if (!isPlain && !(to instanceof List)) return column;
  const cells = toArray(column).map((cell) => convert(cell, to));
  try {
    return encodeColumn(name, cells, to);
  } catch (error) {
    if (!(error instanceof DatasetError) || where === "") throw error;
    throw new DatasetError(`${where}: ${error.message}`, { cause: error });
  }
}

/**
 * A table brought to the types of `features`, whose columns it must have.
 *
 * @throws DatasetError naming the file, and the column that is missing or the row that does not fit
 */
export function castTable(table: Table, features: Features, where = ""): Table {
  const missing = [...features.keys()].find((name) => !table.columns.has(name));
  const extra = table.columnNames.find((name) => !features.has(name));
  if (missing !== undefined || extra !== undefined) {
    const prefix = where === "" ? "" : `${where}: `;
    const what =
      missing !== undefined
        ? `there is no column "${missing}"`
        : `the column "${extra}" is not among the features`;
    throw new DatasetError(
      `${prefix}${what}. Columns: ${pythonList(table.columnNames)}; features: ${pythonList(features.keys())}. ` +
        "Name the same columns in both.",
    );
  }
  const columns = Array.from(features, ([name, to]): [string, Column] => [
    name,
    castColumn(name, table.column(name), table.features.get(name), to, where),
  ]);
  return new Table(new Map(columns), features);
}

/** What a cell is in another type; one that is nothing there stays as it is, and is refused afterwards. */
function convert(cell: Cell, to: FeatureType): Cell {
  if (cell === null || cell === undefined) return null;
  if (to instanceof List) {
    const isList = Array.isArray(cell) || ArrayBuffer.isView(cell);
    return isList ? Array.from(cell as ArrayLike<Cell>, (each) => convert(each, to.feature)) : cell;
  }
  if (to instanceof ClassLabel) {
    // A file may keep numbers of classes as text or bigint.
    if (typeof cell === "bigint" || typeof cell === "boolean") return Number(cell);
    if (typeof cell === "string" && !to.names.includes(cell) && to.names.includes(cell.trim()))
      return cell.trim();
    return typeof cell === "string" && !to.names.includes(cell) && /^-?\d+$/.test(cell) ? Number(cell) : cell;
  }
  if (!(to instanceof Value)) return cell;
  const { dtype } = to;
  if (dtype === "string") return typeof cell === "object" ? JSON.stringify(cell) : plainText(cell);
  if (/^u?int/.test(dtype)) return toInteger(cell);
  if (dtype.startsWith("float")) return toNumber(cell);
  if (dtype === "bool") {
    if (cell === 0 || cell === 1) return cell === 1;
    if (typeof cell === "string" && /^(true|false)$/i.test(cell)) return cell.toLowerCase() === "true";
  }
  return cell;
}

function toNumber(cell: Cell): Cell {
  if (typeof cell === "boolean" || typeof cell === "bigint") return Number(cell);
  if (typeof cell !== "string" || cell.trim() === "") return cell;
  const number = Number(cell);
  return Number.isNaN(number) && !/^\s*nan\s*$/i.test(cell) ? cell : number;
}

/** Whole numbers that are no safe integers stay bigint. */
function toInteger(cell: Cell): Cell {
  const isDigits = typeof cell === "string" && /^\s*-?\d+\s*$/.test(cell);
  const exact = isDigits ? BigInt(cell) : cell;
  if (typeof exact === "bigint" && !Number.isSafeInteger(Number(exact))) return exact;
  return toNumber(exact);
}

/** A value as Python writes it in text. */
function pythonText(cell: Cell): string {
  if (typeof cell === "boolean") return cell ? "True" : "False";
  return typeof cell === "object" ? JSON.stringify(cell) : plainText(cell);
}

/**
 * A column of few different values as a column of classes, which are named by the values in alphabetical order.
 *
 * @throws DatasetError if it holds lists or objects
 * @see datasets.Dataset.class_encode_column
 */
export function classEncode(
  name: string,
  column: Column,
  feature: FeatureType,
  includeNulls: boolean,
): { column: Column; feature: ClassLabel } {
  if (!(feature instanceof Value)) {
    throw new DatasetError(
      `classEncodeColumn: column "${name}" is ${featureToString(feature)}. It must hold plain values: text, numbers …`,
    );
  }
  const isFraction = feature.dtype.startsWith("float");
  const text = (cell: Cell) =>
    isFraction && Number.isInteger(cell)
      ? `${String(cell)}.0`
      : typeof cell === "string"
        ? cell
        : pythonText(cell);
  const cells = toArray(column).map((cell) => {
    if (cell === null || cell === undefined) return includeNulls ? "None" : null;
    return text(cell);
  });
  const seen = new Set(cells.filter((cell): cell is string => cell !== null));
  const names = [...seen].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const label = new ClassLabel({ names });
  const numbers = new Map(names.map((each, number) => [each, number]));
  const hasNull = cells.includes(null);
  const values = cells.map((cell) => (cell === null ? null : numbers.get(cell)!));
  return {
    column: hasNull ? new ObjectColumn(values) : new NumberColumn(Int32Array.from(values as number[])),
    feature: label,
  };
}
