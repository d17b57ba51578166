import type { AsyncBuffer, ColumnMetaData, FileMetaData } from "hyparquet";
import { DatasetError } from "../../errors";
import type { ParquetLibrary } from "./parquet-library";
import { DECODED_BYTES, memoryBudget } from "./memory-budget";

const DICTIONARY_ENCODINGS: readonly (string | undefined)[] = ["PLAIN_DICTIONARY", "RLE_DICTIONARY"];

/** What one value of a column takes. */
function valueCost({ type, path_in_schema: path }: ColumnMetaData, encoding: string | undefined): number {
  if (type.endsWith("BYTE_ARRAY") && !DICTIONARY_ENCODINGS.includes(encoding)) return DECODED_BYTES.text;
  const isList = path.length === 3 && path[1] === "list";
  if (path.length > 1 && !isList) return DECODED_BYTES.field;
  return DECODED_BYTES.value;
}

/**
 * Checks what a parquet file claims before anything is allocated for it: every column chunk and page lies within the
 * file, pages hold as many values as chunks and row groups say, and all together fits a bound that follows from the
 * file's size.
 *
 * @throws DatasetError naming file, column and remedy
 */
export async function checkParquetLimits(
  name: string,
  file: AsyncBuffer,
  metadata: FileMetaData,
  library: ParquetLibrary,
): Promise<void> {
  const budget = memoryBudget(file.byteLength);
  let needed = 0;
  for (const [group, { columns, num_rows }] of metadata.row_groups.entries()) {
    for (const { meta_data: chunk, file_path } of columns) {
      if (chunk === undefined || file_path !== undefined) {
        throw damaged(name, `row group ${group} keeps a column in another file, which is not read`);
      }
      const column = `column "${chunk.path_in_schema.join(".")}" of row group ${group}`;
      const isFlat = chunk.path_in_schema.length === 1;
      if (isFlat && chunk.num_values !== num_rows) {
        throw damaged(name, `${column} has ${chunk.num_values} values for ${num_rows} rows`);
      }
      const spend = (bytes: number) => {
        needed += bytes;
        if (needed <= budget) return;
        throw new DatasetError(
          `${name}: ${column} asks for more than ${Math.round(budget / 2 ** 20)} MB of memory, too much for a file of ` +
            `${file.byteLength} bytes. If you trust the file, write it again in smaller pieces.`,
        );
      };
      // A column without values need not lie anywhere.
      if (Number(chunk.num_values) === 0) continue;
      if (chunk.path_in_schema.includes("list")) spend(Number(num_rows) * DECODED_BYTES.list);
      await checkPages(name, column, file, chunk, library, spend);
    }
  }
}

async function checkPages(
  name: string,
  column: string,
  file: AsyncBuffer,
  chunk: ColumnMetaData,
  { parquetHeader }: ParquetLibrary,
  spend: (bytes: number) => void,
): Promise<void> {
  const start = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
  const size = Number(chunk.total_compressed_size);
  if (!(start >= 4 && size >= 0 && start + size <= file.byteLength)) {
    throw damaged(name, `${column} lies outside the file`);
  }
  const view = new DataView(await file.slice(start, start + size));
  const reader = { view, offset: 0 };
  let values = 0;
  while (reader.offset < view.byteLength && values < Number(chunk.num_values)) {
    const header = attempt(name, column, () => parquetHeader(reader));
    const { compressed_page_size: packed, uncompressed_page_size: unpacked } = header;
    if (!(isCount(packed) && isCount(unpacked) && reader.offset + packed <= view.byteLength)) {
      throw damaged(name, `a page of ${column} claims ${String(packed)} bytes, more than there are`);
    }
    const page = header.data_page_header ?? header.data_page_header_v2;
    const count = page?.num_values ?? header.dictionary_page_header?.num_values ?? 0;
    spend(unpacked + (page ? count * valueCost(chunk, page.encoding) : 0));
    if (!(isCount(count) && (page === undefined || values + count <= Number(chunk.num_values)))) {
      throw damaged(name, `a page of ${column} claims ${String(count)} values, more than the column has`);
    }
    if (page?.encoding === "DELTA_BYTE_ARRAY") {
      // Its values repeat the beginning of the one before: a small page can unfold to any size.
      throw new DatasetError(
        `${name}: ${column} is written with DELTA_BYTE_ARRAY, which is not read. Write it with another encoding.`,
      );
    }
    if (page !== undefined) values += count;
    reader.offset += packed;
  }
  if (values !== Number(chunk.num_values)) {
    throw damaged(name, `${column} ends after ${values} of ${chunk.num_values} values`);
  }
}

/** In a damaged header, anything may stand in the place of a number. */
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function attempt<T>(name: string, column: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw damaged(name, `a page header of ${column} cannot be read: ${(error as Error).message}`, error);
  }
}

/** The error for a file that is not what it says. */
export function damaged(name: string, what: string, cause?: unknown): DatasetError {
  return new DatasetError(`${name} is damaged: ${what}. Download or write it again.`, { cause });
}
