import type * as Arrow from "apache-arrow";
import { DatasetError } from "../../errors";
import type { Cell, Column } from "../columns";
import { Features, type FeatureType, List, Value } from "../features";
import { knownFeatures } from "../features-json";
import { setOwn } from "../../own-properties";
import { Table } from "../table";
import { checkExtent, limitFlatBuffers } from "./arrow-limits";
import { readDataFile } from "./file-bytes";
import { DECODED_BYTES, memoryBudget } from "./memory-budget";
import { columnOfChunks } from "./decoded-columns";

/**
 * Reads an Arrow file or stream, such as Python's `save_to_disk` writes.
 *
 * @param features what the columns hold, where something beside the file says so. Default: what `datasets` noted in it, else
 *   Arrow's types
 * @throws DatasetError naming the file: damaged, or more rows than it has room for
 * @see https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc
 */
export async function readArrow(file: string, name: string = file, features?: Features): Promise<Table> {
  const bytes = await readDataFile(file, name);
  // Half of a second to load: only who has such files pays.
  const arrow = await import("apache-arrow");
  limitFlatBuffers();
  try {
    return tableOf(arrow, arrow.tableFromIPC(bytes), bytes.length, name, features);
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    if (/codec not found/.test((error as Error).message)) {
      throw new DatasetError(
        `${name} is compressed within (as pandas' to_feather does), which is not read. Write it with ` +
          'compression="uncompressed", or as parquet.',
        { cause: error },
      );
    }
    throw damaged(name, (error as Error).message, error);
  }
}

function tableOf(
  arrow: typeof Arrow,
  table: Arrow.Table,
  fileBytes: number,
  name: string,
  given: Features | undefined,
): Table {
  checkMemory(arrow, table, fileBytes, name);
  const { schema, numRows } = table;
  const known = given ?? notedFeatures(schema, name);
  const columns = new Map<string, Column>();
  const features = new Features();
  for (const [index, field] of schema.fields.entries()) {
    const vector = table.getChildAt(index)!;
    const feature = known?.get(field.name) ?? featureOfType(arrow, field.type as Arrow.DataType);
    const source = { file: name, name: field.name, numRows, budget: memoryBudget(fileBytes) };
    const chunks = vector.data.map((data) => cellsOf(arrow, data as Arrow.Data));
    const typed = columnOfChunks(source, chunks, feature);
    columns.set(field.name, typed.column);
    features.set(field.name, typed.feature);
  }
  return new Table(columns, features);
}

/** A header may claim any number of rows, and columns of nulls take no room at all. */
function checkMemory(arrow: typeof Arrow, table: Arrow.Table, fileBytes: number, name: string): void {
  let needed = 0;
  for (const batch of table.batches) {
    for (const data of batch.data.children) needed += decodedBytes(arrow, data);
  }
  const budget = memoryBudget(fileBytes);
  if (needed <= budget) return;
  throw new DatasetError(
    `${name} asks for more than ${Math.round(budget / 2 ** 20)} MB of memory, too much for a file of ${fileBytes} bytes. ` +
      "If you trust the file, write it again in smaller pieces.",
  );
}

/** What a column takes as cells, and all that is in it. */
function decodedBytes(arrow: typeof Arrow, { type, length, children }: Arrow.Data): number {
  const { DataType } = arrow;
  const inside = children.reduce((sum, child) => sum + decodedBytes(arrow, child), 0);
  if (children.length === 0) {
    return length * (isText(arrow, type) ? DECODED_BYTES.text : DECODED_BYTES.value);
  }
  return (
    inside + length * (DataType.isStruct(type) ? DECODED_BYTES.field * children.length : DECODED_BYTES.list)
  );
}

function notedFeatures(schema: Arrow.Schema, name: string): Features | undefined {
  const text = schema.metadata.get("huggingface");
  if (text === undefined) return undefined;
  const json = JSON.parse(text) as { info?: { features?: unknown } } | null;
  const features = json?.info?.features;
  return features === undefined || features === null ? undefined : knownFeatures(features, name);
}

/** Arrow's own types; undefined: rare, look at the values. */
function featureOfType(arrow: typeof Arrow, type: Arrow.DataType): FeatureType | undefined {
  const { DataType } = arrow;
  if (DataType.isInt(type)) return new Value(`${type.isSigned ? "" : "u"}int${type.bitWidth}`);
  if (DataType.isFloat(type)) return new Value(`float${[16, 32, 64][type.precision]}`);
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return new Value("string");
  if (DataType.isBool(type)) return new Value("bool");
  if (DataType.isNull(type)) return new Value("null");
  if (DataType.isBinary(type) || DataType.isLargeBinary(type)) return new Value("binary");
  if (DataType.isDictionary(type)) return featureOfType(arrow, type.dictionary as Arrow.DataType);
  if (DataType.isList(type)) {
    const inner = featureOfType(arrow, type.valueType as Arrow.DataType);
    return inner && new List(inner);
  }
  if (DataType.isStruct(type)) {
    const fields = type.children.map((child) => [
      child.name,
      featureOfType(arrow, child.type as Arrow.DataType),
    ]);
    return fields.every(([, feature]) => feature !== undefined)
      ? (Object.fromEntries(fields) as Record<string, FeatureType>)
      : undefined;
  }
  return undefined;
}

/** The values of a piece of a column; of text, the bytes. */
function cellsOf(arrow: typeof Arrow, data: Arrow.Data): Cell[] {
  const { DataType, makeVector } = arrow;
  checkExtent(arrow, data);
  const vector = makeVector(data);
  const { type, length } = data;
  if (isText(arrow, type)) return textsOf(data);
  if (DataType.isDictionary(type) && isText(arrow, type.dictionary as Arrow.DataType)) {
    return dictionaryTexts(data);
  }
  return Array.from({ length }, (_, row) => plainOf(arrow, vector.get(row) as unknown, type));
}

const isText = ({ DataType }: typeof Arrow, type: Arrow.DataType) =>
  DataType.isUtf8(type) || DataType.isLargeUtf8(type);

/** The texts of a column that says them by their place in a dictionary, as pandas' categories do. */
function dictionaryTexts(data: Arrow.Data): (Uint8Array | null)[] {
  const texts = (data.dictionary?.data ?? []).flatMap((each) => textsOf(each as Arrow.Data));
  const places = data.values as ArrayLike<number | bigint>;
  return Array.from({ length: data.length }, (_, row) => {
    if (data.nullCount > 0 && !data.getValid(row)) return null;
    const text = texts[Number(places[row])];
    if (text === undefined)
      throw new RangeError(`row ${row} is number ${places[row]} of ${texts.length} texts`);
    return text;
  });
}

function textsOf(data: Arrow.Data): (Uint8Array | null)[] {
  const { valueOffsets, values, length } = data as Arrow.Data<Arrow.Utf8>;
  return Array.from({ length }, (_, row) => {
    if (data.nullCount > 0 && !data.getValid(row)) return null;
    return values.subarray(Number(valueOffsets[row]), Number(valueOffsets[row + 1]));
  });
}

/** A value of Arrow as a cell: lists as arrays, structs as objects, times as Dates. */
function plainOf(arrow: typeof Arrow, value: unknown, type: Arrow.DataType): Cell {
  const { DataType } = arrow;
  if (value === null || value === undefined) return null;
  if (DataType.isDictionary(type)) return plainOf(arrow, value, type.dictionary as Arrow.DataType);
  if (DataType.isDate(type) || DataType.isTimestamp(type)) return new Date(Number(value));
  if (DataType.isDecimal(type)) return decimal(value as Uint32Array, type.scale);
  if (DataType.isStruct(type)) {
    const row = value as Iterable<[string, unknown]>;
    const cells = Array.from(row, ([, cell]) => cell);
    const object: Record<string, Cell> = {};
    for (const [i, child] of type.children.entries()) {
      setOwn(object, child.name, plainOf(arrow, cells[i], child.type as Arrow.DataType));
    }
    return object;
  }
  if (DataType.isMap(type)) {
    const [, valueType] = (type.children[0]!.type as Arrow.Struct).children;
    return Array.from(value as Iterable<[unknown, unknown]>, ([key, each]) => {
      return { key, value: plainOf(arrow, each, valueType!.type as Arrow.DataType) };
    });
  }
  const [child] = (type.children as Arrow.Field[] | null) ?? [];
  if (child && value instanceof arrow.Vector) {
    return Array.from(value as Iterable<unknown>, (each) =>
      plainOf(arrow, each, child.type as Arrow.DataType),
    );
  }
  return value;
}

/** A decimal of 128 or 256 bits, little-endian words in two's complement. */
function decimal(words: Uint32Array, scale: number): number {
  let value = 0n;
  for (const [i, word] of words.entries()) value |= BigInt(word) << BigInt(32 * i);
  const bits = 32 * words.length;
  return Number(BigInt.asIntN(bits, value)) / 10 ** scale;
}

function damaged(name: string, what: string, cause?: unknown): DatasetError {
  return new DatasetError(`${name} is no whole Arrow file: ${what}. Download or write it again.`, { cause });
}
