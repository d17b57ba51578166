import { CheckpointError } from "../errors";
import { byteLength, type DType, ELEMENT_TYPES, elementCount, isDType } from "./dtypes";
import { parseStrictJson, quoteName, type StrictJson } from "./strict-json";

/** The format's own limit; a header is JSON that has to be in memory before anything can be checked. */
export const MAX_HEADER_BYTES = 100_000_000;
/** Bytes before the header: its length, a little-endian u64. */
export const PREFIX_BYTES = 8;

/** Where one tensor lies; offsets in bytes from the end of the header. */
export interface TensorEntry {
  dtype: DType;
  shape: number[];
  begin: number;
  end: number;
}

export interface SafetensorsHeader {
  /** Tensors by name, by ascending offset. */
  tensors: Map<string, TensorEntry>;
  /** Free text of the writer (`__metadata__`); transformers puts `format: "pt"` there. */
  metadata: Record<string, string>;
}

/** The error for a file that breaks a rule of the format. */
export function refusal(file: string, rule: string, tensor?: string): CheckpointError {
  const where = tensor === undefined ? file : `${file}: tensor ${quoteName(tensor)}`;
  return new CheckpointError(
    `${where}: ${rule}. The file is damaged or was not written as safetensors; download or save it again.`,
  );
}

/**
 * Length of the JSON header in bytes, from the first eight bytes of a file.
 *
 * @param prefix    the file's first 8 bytes, or all of a shorter file
 * @param fileSize  in bytes
 */
export function headerLength(prefix: Uint8Array, fileSize: number, file: string): number {
  if (fileSize < PREFIX_BYTES || prefix.length < PREFIX_BYTES) {
    throw refusal(file, `the file has ${fileSize} bytes, fewer than the 8 that hold the header's length`);
  }
  const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw refusal(file, `the header would have ${length} bytes, more than the ${MAX_HEADER_BYTES} allowed`);
  }
  if (Number(length) > fileSize - PREFIX_BYTES) {
    throw refusal(file, `the header would have ${length} bytes, but the file has only ${fileSize}`);
  }
  return Number(length);
}

/**
 * Parses and checks a header: every rule that lets the data be read without another look.
 *
 * @param json       the header's bytes, without the length before them
 * @param dataBytes  bytes of the file after the header
 * @throws CheckpointError that names file, rule and tensor
 * @see https://huggingface.co/docs/safetensors#format
 */
export function parseHeader(json: Uint8Array, dataBytes: number, file: string): SafetensorsHeader {
  const root = parseObject(json, file);
  let metadata: Record<string, string> = {};
  const entries: [string, TensorEntry][] = [];
  for (const [name, value] of root) {
    if (name === "__metadata__") metadata = parseMetadata(value, file);
    else entries.push([name, parseEntry(name, value, file)]);
  }
  entries.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  checkCoverage(entries, dataBytes, file);
  return { tensors: new Map(entries), metadata };
}

function parseObject(json: Uint8Array, file: string): Map<string, StrictJson> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(json);
  } catch {
    throw refusal(file, "the header is not valid UTF-8");
  }
  // White space before it is none of the format, but the Rust library reads it.
  if (!/^[ \t\r\n]*\{/.test(text))
    throw refusal(file, "the header is not a JSON object: it does not begin with '{'");
  let root: StrictJson;
  try {
    root = parseStrictJson(text);
  } catch (error) {
    throw refusal(file, `the header is not valid JSON: ${(error as Error).message}`);
  }
  if (!(root instanceof Map)) throw refusal(file, "the header is not a JSON object");
  return root;
}

function parseMetadata(value: StrictJson, file: string): Record<string, string> {
  if (value === null) return {};
  if (!(value instanceof Map)) throw refusal(file, "__metadata__ is not an object");
  const texts: [string, string][] = [];
  for (const [key, text] of value) {
    if (typeof text !== "string") throw refusal(file, `__metadata__ ${quoteName(key)} is not a string`);
    texts.push([key, text]);
  }
  // fromEntries defines own properties, so that even a key "__proto__" is data.
  return Object.fromEntries(texts);
}

function parseEntry(name: string, value: StrictJson, file: string): TensorEntry {
  if (!(value instanceof Map)) throw refusal(file, "its entry in the header is not an object", name);
  const dtype = value.get("dtype");
  if (!isDType(dtype)) {
    const found = typeof dtype === "string" ? quoteName(dtype) : "none";
    const known = Object.keys(ELEMENT_TYPES).join(", ");
    throw refusal(file, `unknown dtype (found ${found}; known: ${known})`, name);
  }
  const shape = parseSizes(value.get("shape"), "shape", name, file);
  const offsets = parseSizes(value.get("data_offsets"), "data_offsets", name, file);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2) {
    throw refusal(file, "data_offsets is not a pair", name);
  }
  if (begin > end) throw refusal(file, `data_offsets [${begin}, ${end}] end before they begin`, name);
  const count = elementCount(shape);
  const bytes = count === undefined ? undefined : byteLength(dtype, count);
  if (bytes === undefined || bytes > Number.MAX_SAFE_INTEGER) {
    throw refusal(file, `shape [${abridged(shape)}] overflows`, name);
  }
  if (bytes !== end - begin) {
    const needs = `shape [${abridged(shape)}] of ${dtype} needs ${bytes} bytes`;
    throw refusal(file, `${needs}, data_offsets [${begin}, ${end}] give ${end - begin}`, name);
  }
  return { dtype, shape, begin, end };
}

function parseSizes(value: StrictJson | undefined, key: string, name: string, file: string): number[] {
  if (!Array.isArray(value)) throw refusal(file, `${key} is missing or not an array`, name);
  return value.map((size) => {
    if (typeof size !== "bigint") throw refusal(file, `${key} holds something that is no integer`, name);
    if (size < 0n) throw refusal(file, `${key} holds the negative number ${size}`, name);
    if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw refusal(file, `${key} overflows: ${size}`, name);
    return Number(size);
  });
}

/** The tensors must fill the data exactly: no byte twice (two readers could disagree), none unaccounted for. */
function checkCoverage(entries: readonly [string, TensorEntry][], dataBytes: number, file: string): void {
  let filled = 0;
  let previous = "";
  for (const [name, { begin, end }] of entries) {
    const range = `data_offsets [${begin}, ${end}]`;
    if (begin < filled) throw refusal(file, `${range} overlap tensor ${quoteName(previous)}`, name);
    if (begin > filled) throw refusal(file, `${range} leave a hole of ${begin - filled} bytes before`, name);
    if (end > dataBytes) throw refusal(file, `${range} run past the end: ${dataBytes} bytes of data`, name);
    filled = end;
    previous = name;
  }
  if (filled !== dataBytes) {
    throw refusal(file, `${dataBytes - filled} bytes of data belong to no tensor`);
  }
}

function abridged(shape: readonly number[]): string {
  return shape.length > 16 ? `${shape.slice(0, 16).join(", ")}, …` : shape.join(", ");
}
