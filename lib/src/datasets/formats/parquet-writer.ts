import type * as HyparquetWriter from "hyparquet-writer";
import path from "../../platform/path";
import { writeFileAtomic } from "../../checkpoints/atomic-file";
import { DatasetError } from "../../errors";
import { importEsm } from "../../platform/packages";
import { type Column, toArray } from "../columns";
import { featuresToJson } from "../features-json";
import type { Table } from "../table";
import { type ParquetType, parquetTypeOf } from "./parquet-types";

/** Rows that are written, and later read, together. */
const ROW_GROUP = 10_000;

/**
 * Writes a table as parquet (snappy), with its features under the key `huggingface`, where Python's `datasets` and
 * `readParquet` look for names of classes. Atomic; one row group is in memory at a time.
 *
 * @throws DatasetError naming the column, and the row of a value that does not fit its type
 */
export async function writeParquet(file: string, table: Table): Promise<void> {
  const library = await importEsm<typeof HyparquetWriter>("hyparquet-writer");
  const types = Array.from(
    table.features,
    ([name, feature]) => [name, parquetTypeOf(name, feature)] as const,
  );
  try {
    await writeFileAtomic(path.resolve(file), rowGroups(table, new Map(types), library));
  } catch (error) {
    if ((error as Error).cause instanceof DatasetError) throw (error as Error).cause;
    throw error;
  }
}

/** The bytes of the file in order; each piece is good until the next is asked for. */
function* rowGroups(
  table: Table,
  types: ReadonlyMap<string, ParquetType>,
  { ByteWriter, ParquetWriter }: typeof HyparquetWriter,
): Generator<Uint8Array> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [
      { name: "schema", num_children: types.size },
      ...Array.from(types.values(), ({ schema }) => schema).flat(),
    ],
    // The library takes unsigned numbers for signed ones when it looks for the least and the greatest.
    statistics: false,
    kvMetadata: [
      { key: "huggingface", value: JSON.stringify({ info: { features: featuresToJson(table.features) } }) },
    ],
    createdBy: "finetune-ts",
  });
  const written = () => {
    const piece = bytes.getBytes();
    bytes.index = 0;
    return piece;
  };
  for (let start = 0; start < table.length; start += ROW_GROUP) {
    const end = Math.min(start + ROW_GROUP, table.length);
    const columnData = Array.from(types, ([name, type]) => ({
      name,
      // The library's dictionaries take -0 for 0.
      ...(hasFractions(type) && { encoding: "PLAIN" as const }),
      data: encodeRows(name, table.column(name).slice(start, end), type, start),
    }));
    // Without a `flush` of the writer's, this is done when it returns.
    void writer.write({ columnData, rowGroupSize: ROW_GROUP });
    yield written();
  }
  void writer.finish();
  yield written();
}

const hasFractions = ({ schema }: ParquetType) =>
  schema.some(({ type }) => type === "FLOAT" || type === "DOUBLE");

function encodeRows(name: string, column: Column, type: ParquetType, firstRow: number): unknown[] {
  return toArray(column).map((cell, row) => {
    try {
      return type.encode(cell);
    } catch (error) {
      throw new DatasetError(
        `toParquet: column "${name}", row ${firstRow + row}: ${(error as Error).message}. ` +
          "Correct the value, or cast the column.",
        { cause: error },
      );
    }
  });
}
