import type { SchemaElement } from "hyparquet";
import { DatasetError } from "../../errors";
import type { Cell } from "../columns";
import { ClassLabel, type FeatureType, featureToString, List, Value } from "../features";
import { plainText } from "../python-repr";

/** How a feature lies in a parquet file. */
export interface ParquetType {
  /** Its part of the schema, depth first. */
  schema: SchemaElement[];
  /** A cell as hyparquet-writer takes it. @throws Misfit */
  encode(cell: Cell): unknown;
}

/** Thrown for a value that a type cannot hold; who knows column and row makes a sentence of it. */
export class Misfit extends Error {
  constructor(value: Cell, wanted: string) {
    super(`${typeof value === "object" ? "an object" : plainText(value)} is no value of type ${wanted}`);
  }
}

/** A type of single values. */
interface Leaf {
  physical: Omit<SchemaElement, "name">;
  encode(cell: Cell, dtype: string): unknown;
}

/** @throws Misfit unless it is so */
function check<T>(isSo: boolean, cell: Cell, dtype: string, value: T): T {
  if (isSo) return value;
  throw new Misfit(cell, dtype);
}

/** UTF-8 cannot hold half a surrogate pair. */
const LONE_SURROGATE = /\p{Surrogate}/u;

const float = (type: "FLOAT" | "DOUBLE"): Leaf => ({
  physical: { type },
  encode: (cell, dtype) => check(typeof cell === "number", cell, dtype, cell),
});

function integer(bits: 8 | 16 | 32 | 64, signed: boolean): Leaf {
  const lowest = signed ? -(2n ** BigInt(bits - 1)) : 0n;
  const highest = lowest + 2n ** BigInt(bits) - 1n;
  const isPlain = signed && bits >= 32;
  return {
    physical: {
      type: bits === 64 ? "INT64" : "INT32",
      ...(!isPlain && { converted_type: `${signed ? "" : "U"}INT_${bits}` as const }),
    },
    encode(cell, dtype) {
      const isWhole = typeof cell === "bigint" || (typeof cell === "number" && Number.isInteger(cell));
      const fits = isWhole && cell >= lowest && cell <= highest;
      return check(fits, cell, dtype, bits === 64 ? fits && BigInt(cell) : Number(cell));
    },
  };
}

function timestamp(unit: "MILLIS" | "MICROS" | "NANOS", isAdjustedToUTC: boolean): Leaf {
  return {
    physical: { type: "INT64", logical_type: { type: "TIMESTAMP", unit, isAdjustedToUTC } },
    encode: (cell, dtype) => check(cell instanceof Date, cell, dtype, cell),
  };
}

/** Under Arrow's names, as in {@link Value}. */
const LEAVES: Readonly<Record<string, Leaf>> = {
  string: {
    physical: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
    encode: (cell, dtype) => check(typeof cell === "string" && !LONE_SURROGATE.test(cell), cell, dtype, cell),
  },
  binary: {
    physical: { type: "BYTE_ARRAY" },
    // Columns keep bytes as they keep other small integers.
    encode(cell, dtype) {
      if (cell instanceof Uint8Array) return cell;
      const isByte = (each: number) => Number.isInteger(each) && each >= 0 && each <= 255;
      const fits = cell instanceof Int32Array && cell.every(isByte);
      return check(fits, cell, dtype, fits && Uint8Array.from(cell));
    },
  },
  bool: {
    physical: { type: "BOOLEAN" },
    encode: (cell, dtype) => check(typeof cell === "boolean", cell, dtype, cell),
  },
  int8: integer(8, true),
  int16: integer(16, true),
  int32: integer(32, true),
  int64: integer(64, true),
  uint8: integer(8, false),
  uint16: integer(16, false),
  uint32: integer(32, false),
  uint64: integer(64, false),
  float32: float("FLOAT"),
  float64: float("DOUBLE"),
  date32: {
    physical: { type: "INT32", converted_type: "DATE" },
    encode: (cell, dtype) => check(cell instanceof Date, cell, dtype, cell),
  },
  "timestamp[ms]": timestamp("MILLIS", false),
  "timestamp[us]": timestamp("MICROS", false),
  "timestamp[ns]": timestamp("NANOS", false),
  "timestamp[ms, tz=UTC]": timestamp("MILLIS", true),
  "timestamp[us, tz=UTC]": timestamp("MICROS", true),
  "timestamp[ns, tz=UTC]": timestamp("NANOS", true),
  null: {
    physical: { type: "INT32", logical_type: { type: "NULL" } },
    encode: (cell, dtype) => check(false, cell, dtype, cell),
  },
};

/**
 * The types that pyarrow would write: lists in three levels, everything may be null, class numbers are int64.
 *
 * @param name of the column or field
 * @throws DatasetError for a feature that cannot be written
 */
export function parquetTypeOf(name: string, feature: FeatureType): ParquetType {
  if (feature instanceof List) return listType(name, feature);
  if (feature instanceof Value || feature instanceof ClassLabel) {
    const dtype = feature instanceof Value ? feature.dtype : "int64";
    const leaf = Object.hasOwn(LEAVES, dtype) ? LEAVES[dtype] : undefined;
    if (leaf === undefined) throw unwritable(name, feature);
    return {
      schema: [{ name, repetition_type: "OPTIONAL", ...leaf.physical }],
      encode: (cell) => (isNull(cell) ? null : leaf.encode(cell, dtype)),
    };
  }
  return structType(name, feature);
}

const isNull = (cell: Cell): cell is null | undefined => cell === null || cell === undefined;

function listType(name: string, { feature, length }: List): ParquetType {
  const element = parquetTypeOf("element", feature);
  return {
    schema: [
      {
        name,
        repetition_type: "OPTIONAL",
        converted_type: "LIST",
        logical_type: { type: "LIST" },
        num_children: 1,
      },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      ...element.schema,
    ],
    encode(cell) {
      if (isNull(cell)) return null;
      if (!Array.isArray(cell) && !ArrayBuffer.isView(cell)) throw new Misfit(cell, "list");
      const cells = Array.from(cell as ArrayLike<Cell>, (each) => element.encode(each));
      if (length >= 0 && cells.length !== length)
        throw new Error(`a list of ${cells.length} is none of length ${length}`);
      return cells;
    },
  };
}

function structType(name: string, feature: Readonly<Record<string, FeatureType>>): ParquetType {
  const fields = Object.entries(feature).map(([field, type]) => [field, parquetTypeOf(field, type)] as const);
  // Dates whose kind nobody declared look like this, too.
  if (fields.length === 0) throw unwritable(name, feature);
  return {
    schema: [
      { name, repetition_type: "OPTIONAL", num_children: fields.length },
      ...fields.flatMap(([, { schema }]) => schema),
    ],
    encode(cell) {
      if (isNull(cell)) return null;
      if (typeof cell !== "object") throw new Misfit(cell, featureToString(feature));
      const values = cell as Readonly<Record<string, Cell>>;
      return Object.fromEntries(fields.map(([field, type]) => [field, type.encode(values[field])]));
    },
  };
}

function unwritable(name: string, feature: FeatureType): DatasetError {
  return new DatasetError(
    `toParquet: "${name}" is ${featureToString(feature)}, which is not written to parquet here. ` +
      "Cast the column to another type, or remove it.",
  );
}
