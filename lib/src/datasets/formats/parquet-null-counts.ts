import type { AsyncBuffer, ColumnMetaData, FileMetaData } from "hyparquet";
import { Thrift } from "./parquet-thrift";
import type { PageHeader, ParquetLibrary } from "./parquet-library";

/**
 * hyparquet takes the number of nulls in the header of a page of version 2 on trust, and reads so many values fewer.
 * Writers differ in what they count where lists are empty or missing. So the headers of nested columns get the number
 * that follows from the definition levels.
 *
 * @param metadata  of one column of the table
 * @returns the same, or a file in memory with corrected headers and the metadata that lead to it
 * @see https://github.com/hyparam/hyparquet/issues/3
 */
export async function withTrueNullCounts(
  file: AsyncBuffer,
  metadata: FileMetaData,
  library: ParquetLibrary,
): Promise<{ file: AsyncBuffer; metadata: FileMetaData }> {
  const isNested = metadata.row_groups.some(({ columns }) =>
    columns.some(({ meta_data: chunk }) => chunk !== undefined && chunk.path_in_schema.length > 1),
  );
  if (!isNested) return { file, metadata };
  const parts: Uint8Array[] = [];
  let size = 0;
  let isCorrected = false;
  const row_groups: FileMetaData["row_groups"] = [];
  for (const group of metadata.row_groups) {
    const columns: typeof group.columns = [];
    for (const column of group.columns) {
      const chunk = column.meta_data!;
      const start = startOf(chunk);
      const bytes = new Uint8Array(await file.slice(start, start + Number(chunk.total_compressed_size)));
      const corrected = correctedPages(bytes, maxDefinitionLevel(metadata, chunk, library), library);
      isCorrected ||= corrected !== undefined;
      const { pages, dictionary } = corrected ?? { pages: [bytes], dictionary: 0 };
      const length = pages.reduce((sum, page) => sum + page.length, 0);
      columns.push({
        ...column,
        ...NO_INDEXES,
        meta_data: moved(chunk, BigInt(size), start, length, dictionary),
      });
      parts.push(...pages);
      size += length;
    }
    row_groups.push({ ...group, columns });
  }
  if (!isCorrected) return { file, metadata };
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  const buffer: AsyncBuffer = { byteLength: size, slice: (start, end) => whole.buffer.slice(start, end) };
  return { file: buffer, metadata: { ...metadata, row_groups } };
}

/** Where they point to is in the file as it was. */
const NO_INDEXES = {
  column_index_offset: undefined,
  column_index_length: undefined,
  offset_index_offset: undefined,
  offset_index_length: undefined,
};

const startOf = (chunk: ColumnMetaData) => Number(chunk.dictionary_page_offset || chunk.data_page_offset);

/** The description of a chunk that begins elsewhere. */
function moved(
  chunk: ColumnMetaData,
  at: bigint,
  start: number,
  length: number,
  dictionary: number,
): ColumnMetaData {
  const hasDictionary = Boolean(chunk.dictionary_page_offset);
  const before = dictionary || Number(chunk.data_page_offset) - start;
  return {
    ...chunk,
    total_compressed_size: BigInt(length),
    data_page_offset: at + BigInt(hasDictionary ? before : 0),
    dictionary_page_offset: hasDictionary ? at : undefined,
    bloom_filter_offset: undefined,
  };
}

function maxDefinitionLevel(
  { schema }: FileMetaData,
  { path_in_schema }: ColumnMetaData,
  { nested }: ParquetLibrary,
): number {
  return nested.getMaxDefinitionLevel(nested.getSchemaPath(schema, path_in_schema));
}

/** The pages of a chunk with true numbers of nulls; undefined if all are true already. */
function correctedPages(
  bytes: Uint8Array,
  maxLevel: number,
  library: ParquetLibrary,
): { pages: Uint8Array[]; dictionary: number } | undefined {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
  const pages: Uint8Array[] = [];
  let isCorrected = false;
  let dictionary = 0;
  while (reader.offset < bytes.length - 1) {
    const start = reader.offset;
    const header = library.parquetHeader(reader);
    const body = bytes.subarray(reader.offset, reader.offset + header.compressed_page_size);
    const head = bytes.subarray(start, reader.offset);
    reader.offset += header.compressed_page_size;
    const nulls = nullsOf(header, body, maxLevel, library);
    if (nulls === undefined || nulls === header.data_page_header_v2!.num_nulls) pages.push(head, body);
    else {
      pages.push(headerWithNulls(header, nulls), body);
      isCorrected = true;
    }
    if (header.dictionary_page_header) dictionary = head.length + body.length;
  }
  return isCorrected ? { pages, dictionary } : undefined;
}

/** How many places of a page of version 2 hold no value; undefined for other pages. */
function nullsOf(
  { data_page_header_v2: page }: PageHeader,
  body: Uint8Array,
  maxLevel: number,
  { nested }: ParquetLibrary,
): number | undefined {
  if (page === undefined || maxLevel === 0) return undefined;
  const levels = new Array<number>(page.num_values);
  const reader = {
    view: new DataView(body.buffer, body.byteOffset, body.length),
    offset: page.repetition_levels_byte_length,
  };
  const bits = 32 - Math.clz32(maxLevel);
  nested.readRleBitPackedHybrid(reader, bits, levels, page.definition_levels_byte_length);
  return levels.reduce((nulls, level) => nulls + (level === maxLevel ? 0 : 1), 0);
}

/** @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift, PageHeader */
function headerWithNulls(header: PageHeader, nulls: number): Uint8Array {
  const page = header.data_page_header_v2!;
  const thrift = new Thrift();
  thrift.int32(1, 3); // DATA_PAGE_V2
  thrift.int32(2, header.uncompressed_page_size);
  thrift.int32(3, header.compressed_page_size);
  thrift.struct(8, () => {
    thrift.int32(1, page.num_values);
    thrift.int32(2, nulls);
    thrift.int32(3, page.num_rows);
    thrift.int32(4, ENCODINGS.indexOf(page.encoding));
    thrift.int32(5, page.definition_levels_byte_length);
    thrift.int32(6, page.repetition_levels_byte_length);
    thrift.boolean(7, page.is_compressed !== false);
  });
  return thrift.end();
}

/** By their numbers in the format. */
const ENCODINGS = [
  "PLAIN",
  "GROUP_VAR_INT",
  "PLAIN_DICTIONARY",
  "RLE",
  "BIT_PACKED",
  "DELTA_BINARY_PACKED",
  "DELTA_LENGTH_BYTE_ARRAY",
  "DELTA_BYTE_ARRAY",
  "RLE_DICTIONARY",
  "BYTE_STREAM_SPLIT",
];
