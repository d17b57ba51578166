import { open } from "../../platform/files";
import type { AsyncBuffer, FileMetaData, SchemaElement } from "hyparquet";
import { DatasetError } from "../../errors";
import type { Column } from "../columns";
import type { Features } from "../features";
import { type FeatureType } from "../features";
import { knownFeatures } from "../features-json";
import { Table } from "../table";
import { readDataFile } from "./file-bytes";
import { type Chunk, columnOfChunks } from "./decoded-columns";
import { featureOfSchema } from "./parquet-features";
import { type ParquetLibrary, parquetLibrary } from "./parquet-library";
import { memoryBudget } from "./memory-budget";
import { checkParquetLimits, damaged } from "./parquet-limits";
import { withTrueNullCounts } from "./parquet-null-counts";
import { topLevelColumns } from "./parquet-schema";

/**
 * Reads a parquet file straight into typed columns, one column after the other. What Hugging Face's `datasets` noted in
 * it (key `huggingface`: names of classes, types) is honoured.
 *
 * @param name what messages call it; ends in `.gz` if the file is compressed as a whole
 * @throws DatasetError naming file, column or row, and remedy: truncated, damaged, too large for its size, no UTF-8
 */
export async function readParquet(file: string, name: string = file): Promise<Table> {
  const library = await parquetLibrary();
  if (name.toLowerCase().endsWith(".gz")) {
    const bytes = await readDataFile(file, name);
    return readTable(name, memoryBuffer(bytes), library);
  }
  let handle;
  try {
    handle = await open(file, "r");
  } catch (error) {
    throw new DatasetError(`${name} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    const { size } = await handle.stat();
    const opened = handle;
    // One read instead of one a page, of which a file may have a hundred thousand.
    if (size <= SMALL_FILE) return await readTable(name, memoryBuffer(await handle.readFile()), library);
    const source = fileBuffer(size, (into, at) => opened.read(into, 0, into.length, at));
    return await readTable(name, source, library);
  } finally {
    await handle.close();
  }
}

/** So large a file is read into memory as a whole, in bytes. */
const SMALL_FILE = 64 * 2 ** 20;

function memoryBuffer(bytes: Buffer): AsyncBuffer {
  return {
    byteLength: bytes.length,
    slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
  };
}

function fileBuffer(
  size: number,
  read: (into: Uint8Array, position: number) => Promise<{ bytesRead: number }>,
): AsyncBuffer {
  return {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      for (let done = 0; done < bytes.length;) {
        const { bytesRead } = await read(bytes.subarray(done), start + done);
        if (bytesRead === 0) throw new Error("the file became shorter while it was read");
        done += bytesRead;
      }
      return bytes.buffer;
    },
  };
}

async function readTable(name: string, file: AsyncBuffer, library: ParquetLibrary): Promise<Table> {
  try {
    return await readColumns(name, file, library);
  } catch (error) {
    // A footer that is not what the format says leads to all kinds of errors.
    throw error instanceof DatasetError ? error : damaged(name, (error as Error).message, error);
  }
}

async function readColumns(name: string, file: AsyncBuffer, library: ParquetLibrary): Promise<Table> {
  const whole = await readMetadata(name, file, library);
  await checkParquetLimits(name, file, whole, library);
  const numRows = Number(whole.num_rows);
  const known = declaredFeatures(name, whole);
  const columns = new Map<string, Column>();
  const features = new Map<string, FeatureType>();
  for (const { element, metadata } of topLevelColumns(whole)) {
    const feature = known?.get(element.name) ?? featureOfSchema(metadata.schema.slice(1));
    const chunks = numRows === 0 ? [] : await readColumn(name, element, { file, metadata, library });
    const source = { file: name, name: element.name, numRows, budget: memoryBudget(file.byteLength) };
    const typed = columnOfChunks(source, chunks, feature);
    columns.set(element.name, typed.column);
    features.set(element.name, typed.feature);
  }
  return new Table(columns, features);
}

async function readMetadata(
  name: string,
  file: AsyncBuffer,
  { hyparquet }: ParquetLibrary,
): Promise<FileMetaData> {
  try {
    return await hyparquet.parquetMetadataAsync(file);
  } catch (error) {
    throw damaged(name, `it does not end as a parquet file does (${(error as Error).message})`, error);
  }
}

/** What `datasets` wrote into the file. */
function declaredFeatures(name: string, { key_value_metadata = [] }: FileMetaData): Features | undefined {
  const text = key_value_metadata.find(({ key }) => key === "huggingface")?.value;
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(name, `its "huggingface" metadata is no JSON (${(error as Error).message})`, error);
  }
  const features = (json as { info?: { features?: unknown } } | null)?.info?.features;
  return features === undefined || features === null ? undefined : knownFeatures(features, name);
}

/** Texts stay bytes: they go into the column's own buffer, not through JavaScript strings. */
const BYTES = {
  stringFromBytes: (bytes: Uint8Array) => bytes,
  jsonFromBytes: (bytes: Uint8Array) => bytes,
};

/** JSON may be of another type in each row. */
const JSON_AS_TEXT = { jsonFromBytes: (bytes?: Uint8Array) => bytes && Buffer.from(bytes).toString("utf8") };

async function readColumn(
  name: string,
  element: SchemaElement,
  source: { file: AsyncBuffer; metadata: FileMetaData; library: ParquetLibrary },
): Promise<Chunk[]> {
  const { library } = source;
  const chunks: { rowStart: number; columnData: Chunk }[] = [];
  const isText = element.type === "BYTE_ARRAY";
  try {
    const { file, metadata } = await withTrueNullCounts(source.file, source.metadata, library);
    await library.hyparquet.parquetRead({
      file,
      metadata,
      columns: [element.name],
      compressors: library.compressors,
      geoparquet: false,
      utf8: false,
      parsers: isText ? BYTES : JSON_AS_TEXT,
      onChunk: (chunk) => chunks.push(chunk),
    });
  } catch (error) {
    throw damaged(name, `column "${element.name}" cannot be decoded (${(error as Error).message})`, error);
  }
  // Row groups are read at the same time and arrive in any order.
  return chunks.sort((a, b) => a.rowStart - b.rowStart).map(({ columnData }) => columnData);
}
