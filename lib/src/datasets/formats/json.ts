import { DatasetError } from "../../errors";
import type { Cell, Column } from "../columns";
import { type FeatureType, List, Value } from "../features";
import { inferColumn, joinColumns, type TypedColumn } from "../infer";
import { Table } from "../table";
import { checkUtf8, contentStart, readDataFile } from "./file-bytes";

const LF = 0x0a;

/** Rows that become typed columns together: what waits as JavaScript objects is at most this much. */
const ROWS_AT_ONCE = 10_000;

type JsonRow = Record<string, unknown>;

/**
 * Reads JSON Lines (an object a line), or one JSON document: an array of objects, or an object that holds it in a field.
 * A row that lacks a column has null there.
 *
 * @param field the name of the field that holds the rows; default: the document is the rows
 * @throws DatasetError naming file, line or row, and remedy
 */
export async function readJson(path: string, field?: string, name: string = path): Promise<Table> {
  const bytes = await readDataFile(path, name);
  checkUtf8(name, bytes);
  const rows =
    field === undefined && !startsArray(bytes) ? lines(name, bytes) : documentRows(name, bytes, field);
  const builder = new ColumnBuilder();
  for (const row of rows) builder.add(row);
  return builder.table();
}

function startsArray(bytes: Buffer): boolean {
  const first = bytes.subarray(contentStart(bytes)).find((byte) => byte > 0x20);
  return first === 0x5b;
}

function* lines(name: string, bytes: Buffer): Generator<JsonRow> {
  let line = 1;
  for (let start = contentStart(bytes); start < bytes.length; line++) {
    const feed = bytes.indexOf(LF, start);
    const end = feed < 0 ? bytes.length : feed;
    const text = bytes.toString("utf8", start, end).trim();
    start = end + 1;
    if (text === "") continue;
    yield asRow(parse(text, `${name}, line ${line}`, "Write one object a line"), `${name}, line ${line}`);
  }
}

function documentRows(name: string, bytes: Buffer, field: string | undefined): JsonRow[] {
  let document = parse(bytes.toString("utf8", contentStart(bytes)), name, "Correct the file");
  if (field !== undefined) {
    const holder = document as JsonRow | null;
    if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, field)) {
      throw new DatasetError(
        `${name} has no field "${field}". Give the name of the field that holds the rows.`,
      );
    }
    document = holder[field];
  }
  if (!Array.isArray(document)) {
    throw new DatasetError(
      `${name}: there is no array of rows. Give an array of objects, or the \`field\` that holds it.`,
    );
  }
  return document.map((row: unknown, i) => asRow(row, `${name}, row ${i}`));
}

function parse(text: string, where: string, remedy: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new DatasetError(`${where} is no JSON: ${(error as Error).message}. ${remedy}.`, { cause: error });
  }
}

function asRow(value: unknown, where: string): JsonRow {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonRow;
  throw new DatasetError(`${where} is no object. Each row must be one: {"sentence": "…", "label": 1}.`);
}

/** Turns rows into typed columns, a stretch at a time. */
class ColumnBuilder {
  private readonly parts = new Map<string, TypedColumn[]>();
  private waiting: JsonRow[] = [];
  private done = 0;

  add(row: JsonRow): void {
    this.waiting.push(row);
    if (this.waiting.length === ROWS_AT_ONCE) this.flush();
  }

  table(): Table {
    this.flush();
    const columns = new Map<string, Column>();
    const features = new Map<string, FeatureType>();
    for (const [name, parts] of this.parts) {
      const joined = joinColumns(parts);
      columns.set(name, joined.column);
      features.set(name, asInt64(joined.feature));
    }
    return new Table(columns, features);
  }

  private flush(): void {
    const rows = this.waiting;
    const names = new Set([...this.parts.keys(), ...rows.flatMap((row) => Object.keys(row))]);
    for (const name of names) {
      const parts = this.parts.get(name) ?? (this.done > 0 ? [nulls(this.done)] : []);
      parts.push(inferColumn(rows.map((row): Cell => (Object.hasOwn(row, name) ? row[name] : null))));
      this.parts.set(name, parts);
    }
    this.done += rows.length;
    this.waiting = [];
  }
}

const nulls = (length: number): TypedColumn => inferColumn(new Array<Cell>(length).fill(null));

/** JSON's integers are int64 to Python's `datasets`, whatever their size. */
function asInt64(feature: FeatureType): FeatureType {
  if (feature instanceof Value) return feature.dtype === "int32" ? new Value("int64") : feature;
  if (feature instanceof List) return new List(asInt64(feature.feature), feature.length);
  if (feature.constructor !== Object) return feature;
  return Object.fromEntries(
    Object.entries(feature as Record<string, FeatureType>).map(([field, type]) => [field, asInt64(type)]),
  );
}
