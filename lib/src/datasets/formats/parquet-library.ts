import type * as Hyparquet from "hyparquet";
import { brotliDecompressSync, gunzipSync } from "../../platform/compression";
import { importEsm } from "../../platform/packages";

/** The header of a page, as far as it is looked at here. */
export interface PageHeader {
  type?: string;
  uncompressed_page_size: number;
  compressed_page_size: number;
  data_page_header?: { num_values: number; encoding: string };
  data_page_header_v2?: {
    num_values: number;
    num_nulls: number;
    num_rows: number;
    encoding: string;
    definition_levels_byte_length: number;
    repetition_levels_byte_length: number;
    is_compressed?: boolean;
  };
  dictionary_page_header?: { num_values: number };
}

export interface ParquetLibrary {
  hyparquet: typeof Hyparquet;
  /** Reads the header of a page and leaves `offset` behind it. */
  parquetHeader: (reader: { view: DataView; offset: number }) => PageHeader;
  compressors: Hyparquet.Compressors;
  /** What is needed to look into nested columns. */
  nested: NestedColumns;
}

interface NestedColumns {
  getSchemaPath(schema: readonly Hyparquet.SchemaElement[], path: readonly string[]): unknown;
  getMaxDefinitionLevel(schemaPath: unknown): number;
  readRleBitPackedHybrid(
    reader: { view: DataView; offset: number },
    bits: number,
    into: number[],
    bytes: number,
  ): void;
}

/** The decompressors of `hyparquet-compressors` that are used. Others (which have it) are Node's own. */
interface Decompressors {
  decompressSnappy(input: Uint8Array, outputLength: number): Uint8Array;
  decompressZstd(input: Uint8Array, output: Uint8Array): Uint8Array;
  decompressLz4(input: Uint8Array, outputLength: number): Uint8Array;
  decompressLz4Raw(input: Uint8Array, outputLength: number): Uint8Array;
}

interface SmallSnappy {
  snappyUncompress: (input: Uint8Array, output: Uint8Array) => void;
}

/** For pages up to here, plain JavaScript takes less time than the start of a WebAssembly module. */
const SMALL_PAGE = 1 << 16;

let loading: Promise<ParquetLibrary> | undefined;

/** hyparquet and decompressors that write at most as many bytes as the page's header announced. */
export function parquetLibrary(): Promise<ParquetLibrary> {
  return (loading ??= load());
}

async function load(): Promise<ParquetLibrary> {
  const [hyparquet, { parquetHeader }, schema, encoding, { snappyUncompress }, decompressors] =
    await Promise.all([
      importEsm<typeof Hyparquet>("hyparquet"),
      importEsm<Pick<ParquetLibrary, "parquetHeader">>("hyparquet/src/column.js"),
      importEsm<Pick<NestedColumns, "getSchemaPath" | "getMaxDefinitionLevel">>("hyparquet/src/schema.js"),
      importEsm<Pick<NestedColumns, "readRleBitPackedHybrid">>("hyparquet/src/encoding.js"),
      importEsm<SmallSnappy>("hyparquet/src/snappy.js"),
      importEsm<Decompressors>("hyparquet-compressors"),
    ]);
  const compressors: Hyparquet.Compressors = {
    SNAPPY(input, length) {
      if (length > SMALL_PAGE) return decompressors.decompressSnappy(input, length);
      const output = new Uint8Array(length);
      snappyUncompress(input, output);
      return output;
    },
    GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(length, 1) }),
    BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(length, 1) }),
    ZSTD: (input, length) => decompressors.decompressZstd(input, new Uint8Array(length)),
    // It stumbles over blocks of nothing, which columns of nulls have.
    LZ4: (input, length) => (length === 0 ? new Uint8Array() : decompressors.decompressLz4(input, length)),
    LZ4_RAW: (input, length) =>
      length === 0 ? new Uint8Array() : decompressors.decompressLz4Raw(input, length),
  };
  return { hyparquet, parquetHeader, compressors, nested: { ...schema, ...encoding } };
}
