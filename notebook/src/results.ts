import { count } from "./numbers";
import { inspect } from "node:util";

import { escapeHtml } from "finetune-ts/internal";
import type { MimeBundle } from "./mime";
import { type DataFrameLike, table, type TableOptions } from "./tables";

/*
 * The forms of values that a cell ends with. Values are told by what they have and not by their class: kernel and
 * notebook may each have loaded a copy of this package.
 */

interface DatasetLike {
  readonly columnNames: string[];
  readonly length: number;
  slice(start: number, end: number): Iterable<Record<string, unknown>>;
  toString(): string;
}

interface ModelLike {
  readonly architecture: string;
  numParameters(): number;
  namedParameters(): Iterable<[string, { readonly shape: readonly number[]; readonly size: number }]>;
}

interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly size: number;
  readonly isDisposed: boolean;
  dataSync(): ArrayLike<unknown>;
  arraySync(): unknown;
  toString(verbose?: boolean): string;
}

interface LogEntryLike {
  readonly epoch: number;
  readonly step: number;
  readonly [figure: string]: number;
}

const isObject = (value: unknown): value is Record<PropertyKey, unknown> =>
  typeof value === "object" && value !== null;

const has = (value: unknown, ...methods: string[]): value is Record<PropertyKey, unknown> =>
  isObject(value) && methods.every((name) => typeof value[name] === "function");

/** Larger tensors are described, not printed: fetching one may take long. */
const PRINTED_NUMBERS = 10_000;
/** A dataset shows its first rows. */
const SHOWN_ROWS = 5;

/**
 * The forms in which a notebook shows a value: a danfojs DataFrame or Series, a Dataset or DatasetDict, Features, a
 * tensor, a model, a trainer's log history.
 *
 * @returns `undefined` for everything else
 */
export function richForms(value: unknown): MimeBundle | undefined {
  if (isDataFrame(value)) return table(value).toMimeBundle();
  if (isSeries(value)) {
    return table({
      columns: [String(value.$columns[0] ?? "0")],
      values: value.values.map((each) => [each]),
      index: value.index,
    }).toMimeBundle();
  }
  if (isDataset(value)) return datasetForms(value);
  if (isDatasetDict(value)) return splitForms(value);
  if (isFeatures(value)) return featureForms(value);
  if (isModel(value)) return modelForms(value);
  if (isTensor(value)) return tensorForms(value);
  if (isLogHistory(value)) return table(value, { caption: "Log history" }).toMimeBundle();
  return undefined;
}

const isDataFrame = (value: unknown): value is DataFrameLike =>
  isObject(value) &&
  Array.isArray(value.$columns) &&
  value.$isSeries === false &&
  Array.isArray(value.columns);

interface SeriesLike {
  $columns: (string | number)[];
  values: unknown[];
  index: (string | number)[];
}

function isSeries(value: unknown): value is SeriesLike {
  if (!isObject(value) || value.$isSeries !== true || !Array.isArray(value.values)) return false;
  return Array.isArray(value.index) && Array.isArray(value.$columns);
}

const isDataset = (value: unknown): value is DatasetLike =>
  has(value, "slice", "toDataFrame", "column") &&
  Array.isArray(value.columnNames) &&
  isObject(value.features);

const isDatasetDict = (value: unknown): value is Iterable<[string, DatasetLike]> =>
  has(value, "split", "map", "filter") && isObject(value.numRows) && Symbol.iterator in value;

const isFeatures = (value: unknown): value is Map<string, unknown> =>
  value instanceof Map && value.constructor.name === "Features";

const isModel = (value: unknown): value is ModelLike =>
  has(value, "namedParameters", "numParameters") && typeof value.architecture === "string";

const isTensor = (value: unknown): value is TensorLike =>
  has(value, "dataSync", "arraySync", "toString") &&
  Array.isArray(value.shape) &&
  typeof value.dtype === "string";

function isLogHistory(value: unknown): value is readonly LogEntryLike[] {
  const isEntry = (each: unknown) =>
    isObject(each) && typeof each.epoch === "number" && typeof each.step === "number";
  return Array.isArray(value) && value.length > 0 && value.every(isEntry);
}

const heading = (text: string) => `<p><code>${escapeHtml(text)}</code></p>`;

/** A table with a line above it in both forms; the text form may be another. */
function withTable(
  title: string,
  rows: readonly Record<string, unknown>[],
  { plain, format }: { plain?: string; format?: TableOptions["format"] } = {},
): MimeBundle {
  const forms = table(rows, { format }).toMimeBundle();
  return {
    "text/plain": plain ?? `${title}\n${forms["text/plain"]}`,
    "text/html": `${heading(title)}${forms["text/html"] ?? ""}`,
  };
}

function datasetForms(dataset: DatasetLike): MimeBundle {
  const rows = [...dataset.slice(0, SHOWN_ROWS)];
  const shown = rows.length < dataset.length ? `, the first ${rows.length}` : "";
  const title = `Dataset: ${count(dataset.length)} rows × ${dataset.columnNames.length} columns${shown}`;
  const ordered = rows.map((row) => Object.fromEntries(dataset.columnNames.map((name) => [name, row[name]])));
  return withTable(title, ordered, { plain: dataset.toString() });
}

function splitForms(splits: Iterable<[string, DatasetLike]>): MimeBundle {
  const rows = Array.from(splits, ([split, dataset]) => ({
    split,
    rows: dataset.length,
    columns: dataset.columnNames.join(", "),
  }));
  return withTable("DatasetDict", rows, { format: { rows: count } });
}

function featureForms(features: Map<string, unknown>): MimeBundle {
  const rows = Array.from(features, ([column, type]) => ({ column, holds: inWords(type) }));
  return withTable("Features", rows);
}

/** What a column holds, without Python's notation. */
function inWords(type: unknown): string {
  if (!isObject(type)) return inspect(type);
  if (Array.isArray(type.names)) {
    return `a label: ${type.names.map((name, number) => `${number} ${String(name)}`).join(", ")}`;
  }
  if (typeof type.dtype === "string") return type.dtype;
  if ("feature" in type) return `a list of ${inWords(type.feature)}`;
  return inspect(type);
}

/** One row for each layer: the parameters whose names are equal up to the last part but one. */
function modelForms(model: ModelLike): MimeBundle {
  const layers = new Map<string, { shapes: string[]; parameters: number }>();
  for (const [name, { shape, size }] of model.namedParameters()) {
    const dot = name.lastIndexOf(".");
    const layer = dot < 0 ? name : name.slice(0, dot);
    const entry = layers.get(layer) ?? { shapes: [], parameters: 0 };
    entry.shapes.push(`${name.slice(dot + 1)} [${shape.join(", ")}]`);
    entry.parameters += size;
    layers.set(layer, entry);
  }
  const rows = Array.from(layers, ([layer, { shapes, parameters }]) => ({
    layer,
    weights: shapes.join(", "),
    parameters: count(parameters),
  }));
  const title = `${model.architecture}: ${count(model.numParameters())} parameters in ${layers.size} layers`;
  const { "text/plain": plain, "text/html": html } = table(rows, { maxRows: 1000 }).toMimeBundle();
  return {
    "text/plain": `${title}\n${plain}`,
    "text/html": `<details open><summary><code>${escapeHtml(title)}</code></summary>${html ?? ""}</details>`,
  };
}

function tensorForms(tensor: TensorLike): MimeBundle {
  const title = `Tensor ${tensor.dtype} [${tensor.shape.join(", ")}]`;
  if (tensor.isDisposed) return { "text/plain": `${title} (disposed)` };
  if (tensor.size > PRINTED_NUMBERS) return { "text/plain": `${title} (${count(tensor.size)} values)` };
  const numbers = tensor.toString().split("\n").slice(1).join("\n").replace(/^ {4}/gm, "");
  return {
    "text/plain": `${title}\n${numbers.trimStart()}`,
  };
}
