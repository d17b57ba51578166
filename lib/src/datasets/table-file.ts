import { isUtf8 } from "../platform/utf8";
import { elementCount, type HostTensor, type StateDict } from "../checkpoints/dtypes";
import { readSafetensors } from "../checkpoints/safetensors";
import { writeSafetensors } from "../checkpoints/safetensors-writer";
import { DatasetError } from "../errors";
import { decodeCells, encodeCells } from "./cell-json";
import {
  type Column,
  ListColumn,
  NumberColumn,
  type NumberArray,
  type ObjectColumn,
  TextColumn,
} from "./columns";
import { featuresFromJson, featuresToJson } from "./features-json";
import { Table } from "./table";

/** Written into every file; changes whenever the layout does. */
const FORMAT = "finetune-ts dataset 1";

/**
 * Writes a table as a safetensors file, atomically. A column `x` is
 *
 * - of numbers:          `x/values` [rows]
 * - of text:             `x/utf8` [bytes], `x/offsets` [rows + 1]: row i is from offsets[i] to offsets[i + 1]
 * - of lists of numbers: `x/values` [elements], `x/offsets` [rows + 1]
 * - of anything else:    `x/json` [bytes], an array with one entry a row
 *
 * The file's metadata has `format`, `num_rows` and `features` as Hugging Face writes them, in the order of the columns.
 *
 * @param notes what else to write into the metadata
 * @throws DatasetError for a cell that has no such form; CheckpointError if the file cannot be written
 */
export async function writeTableFile(
  file: string,
  table: Table,
  notes: Readonly<Record<string, string>> = {},
): Promise<void> {
  const tensors: StateDict = new Map();
  for (const [name, column] of table.columns) {
    for (const [part, tensor] of Object.entries(tensorsOf(name, column)))
      tensors.set(`${name}/${part}`, tensor);
  }
  await writeSafetensors(file, tensors, {
    ...notes,
    format: FORMAT,
    num_rows: String(table.length),
    features: JSON.stringify(featuresToJson(table.features)),
  });
}

function tensorsOf(name: string, column: Column): Record<string, HostTensor> {
  if (column instanceof NumberColumn) return { values: tensor(column.values) };
  if (column instanceof TextColumn) {
    const { bytes, offsets } = column.pack();
    return { utf8: tensor(bytes), offsets: tensor(offsets) };
  }
  if (column instanceof ListColumn) {
    const { values, offsets } = column.pack();
    return { values: tensor(values), offsets: tensor(offsets) };
  }
  return { json: tensor(Buffer.from(encodeCells(name, (column as ObjectColumn).values), "utf8")) };
}

function tensor(data: NumberArray | Uint8Array): HostTensor {
  const shape = [data.length];
  if (data instanceof Int32Array) return { dtype: "I32", shape, data };
  if (data instanceof Float32Array) return { dtype: "F32", shape, data };
  return data instanceof Float64Array ? { dtype: "F64", shape, data } : { dtype: "U8", shape, data };
}

/** Reads what {@link writeTableFile} wrote. @throws DatasetError, CheckpointError naming file, column and rule */
export async function readTableFile(
  file: string,
): Promise<{ table: Table; notes: Readonly<Record<string, string>> }> {
  const { tensors, metadata } = await readSafetensors(file);
  if (metadata.format !== FORMAT) {
    throw new DatasetError(
      `${file}: its format is ${JSON.stringify(metadata.format)}, not "${FORMAT}". Save the dataset again.`,
    );
  }
  const features = featuresFromJson(JSON.parse(metadata.features ?? "null"), file);
  const rows = Number(metadata.num_rows);
  const columns = new Map<string, Column>();
  for (const name of features.keys()) {
    const column = columnOf(file, name, tensors);
    if (column.length !== rows) {
      throw new DatasetError(
        `${file}: column "${name}" has ${column.length} of ${rows} rows. Save the dataset again.`,
      );
    }
    columns.set(name, column);
  }
  return { table: new Table(columns, features), notes: metadata };
}

function columnOf(file: string, name: string, tensors: StateDict): Column {
  const fail = (what: string) =>
    new DatasetError(`${file}: column "${name}" ${what}. Save the dataset again.`);
  const part = (suffix: string) => {
    const found = tensors.get(`${name}/${suffix}`);
    if (found !== undefined && (found.shape.length !== 1 || elementCount(found.shape) !== found.data.length))
      throw fail("has a tensor that is no list");
    return found?.data;
  };
  const [values, utf8, json, offsets] = ["values", "utf8", "json", "offsets"].map(part);
  if (json instanceof Uint8Array) return decodeCells(file, name, Buffer.from(json).toString("utf8"));
  const isNumbers =
    values instanceof Int32Array || values instanceof Float32Array || values instanceof Float64Array;
  if (isNumbers && offsets === undefined) return new NumberColumn(values);
  const data = isNumbers ? values : utf8;
  if (!(offsets instanceof Int32Array) || !(isNumbers || utf8 instanceof Uint8Array) || data === undefined)
    throw fail("lacks its values or offsets");
  const isBroken = offsets.some((at, i) => at < (i === 0 ? 0 : offsets[i - 1]!) || at > data.length);
  if (isBroken || offsets.length === 0) throw fail("has offsets that lead outside its values");
  if (isNumbers) return ListColumn.packed(values, offsets);
  const bytes = Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  if (!isUtf8(bytes)) throw fail("has text that is not UTF-8");
  return TextColumn.packed(bytes, offsets);
}
