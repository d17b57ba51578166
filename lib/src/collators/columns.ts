import { tensor } from "../tfjs";
import { DatasetError } from "../errors";
import type { Batch, Row } from "./batch";

/** Names under which datasets keep the label; models take it as `labels`. */
const LABEL_NAMES = ["label", "label_ids", "labels"];

/** The column that holds the labels, if some row has one. */
export function labelColumn(rows: readonly Row[]): string | undefined {
  return LABEL_NAMES.find((name) => rows.some((row) => row[name] !== null && row[name] !== undefined));
}

export function isNumberList(value: unknown): value is ArrayLike<number> {
  if (ArrayBuffer.isView(value))
    return typeof (value as unknown as ArrayLike<unknown>)[0] !== "bigint" && !(value instanceof DataView);
  return Array.isArray(value) && value.every((each) => typeof each === "number");
}

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  return Array.isArray(value) ? "a list of something else than numbers" : `a ${typeof value}`;
}

/** The rows' lists of numbers in a column. @throws DatasetError that names the first row without one */
export function listColumn(rows: readonly Row[], name: string): ArrayLike<number>[] {
  return rows.map((row, i) => {
    const value = row[name];
    if (isNumberList(value)) return value;
    throw new DatasetError(
      `Row ${i} of the batch: ${name} is ${describe(value)}; a list of numbers is expected. ` +
        `The row has the columns ${Object.keys(row).join(", ") || "(none)"}.`,
    );
  });
}

function allIntegers(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isInteger(values[i])) return false;
  return true;
}

/** A column on its way to a tensor. All columns are made before the first tensor: an error leaves none behind. */
export interface HostColumn {
  data: Int32Array | Float32Array;
  shape: [rows: number] | [rows: number, length: number];
}

/** int32 if all values are whole numbers, else float32 (labels of a regression). */
function typed(values: Float64Array): Int32Array | Float32Array {
  return allIntegers(values) ? Int32Array.from(values) : Float32Array.from(values);
}

/**
 * A column of numbers, or of lists of one length.
 *
 * @returns [rows] or [rows, length]; int32 if all values are whole numbers, else float32
 * @throws DatasetError if a value is something else, or the lists differ in length
 */
export function stackColumn(rows: readonly Row[], name: string): HostColumn {
  if (isNumberList(rows[0]?.[name])) {
    const lists = listColumn(rows, name);
    const width = lists[0]?.length ?? 0;
    const other = lists.findIndex((list) => list.length !== width);
    if (other >= 0) {
      throw new DatasetError(
        `Row ${other} of the batch: ${name} has ${lists[other]?.length} values, the first one has ${width}. ` +
          `Pad the texts (DataCollatorWithPadding does) or remove the column.`,
      );
    }
    const flat = new Float64Array(rows.length * width);
    lists.forEach((list, i) => flat.set(list, i * width));
    return { data: typed(flat), shape: [rows.length, width] };
  }
  const values = new Float64Array(rows.length);
  rows.forEach((row, i) => {
    const value = row[name];
    if (typeof value !== "number" && typeof value !== "boolean" && typeof value !== "bigint") {
      throw new DatasetError(
        `Row ${i} of the batch: ${name} is ${describe(value)}, which makes no tensor. ${remedy(name, value)}`,
      );
    }
    values[i] = Number(value);
  });
  return { data: typed(values), shape: [rows.length] };
}

/** The tensors of a batch. */
export function toBatch(columns: Record<string, HostColumn>): Batch {
  const entries = Object.entries(columns).map(([name, { data, shape }]) => {
    return [name, tensor(data, shape, data instanceof Int32Array ? "int32" : "float32")] as const;
  });
  return Object.fromEntries(entries) as unknown as Batch;
}

/** @throws DatasetError if there are no rows */
export function checkRows(rows: readonly Row[]): Row {
  const first = rows[0];
  if (first === undefined) throw new DatasetError("A batch needs at least one example, and got none.");
  return first;
}

/** What to do about a column whose values are no numbers. */
function remedy(name: string, value: unknown): string {
  if (!name.startsWith("label"))
    return `Leave the column out first, as with dataset.removeColumns(["${name}"]).`;
  if (typeof value === "string")
    return `Number the labels first, as with dataset.classEncodeColumn("${name}").`;
  return "Every row that is trained on needs a label: filter out those without.";
}
