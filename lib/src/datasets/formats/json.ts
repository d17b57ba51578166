import { DatasetError } from "../../errors";
import { type Cell, type Column, toArray } from "../columns";
import { commonType } from "../common-type";
import { type FeatureType, featureToString, List, Value } from "../features";
import { columnOf, inferColumn, inferFeature, joinColumns, type TypedColumn } from "../infer";
import { Table } from "../table";
import { parseExactJson, WholeFraction } from "./exact-json";
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
  const isDocument = field !== undefined || startsArray(bytes);
  const single = isDocument ? undefined : singleObject(name, bytes);
  const rows = isDocument ? documentRows(name, bytes, field) : single ? [single] : lines(name, bytes);
  const builder = new ColumnBuilder(name);
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

/** The one object that a file is, over several lines; undefined where it is none. */
function singleObject(name: string, bytes: Buffer): JsonRow | undefined {
  const first = bytes.subarray(contentStart(bytes)).indexOf(LF);
  // An object a line is the rule, and is not read twice for the exception.
  if (first < 0 || isDocument(bytes.toString("utf8", contentStart(bytes), contentStart(bytes) + first)))
    return undefined;
  const text = bytes.toString("utf8", contentStart(bytes));
  return isDocument(text) ? asRow(parse(text, name, "Correct the file"), name) : undefined;
}

function isDocument(text: string): boolean {
  try {
    parseExactJson(text);
    return true;
  } catch {
    return false;
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
  // Texts alone are a column, as in Python.
  if (document.length > 0 && document.every((row) => typeof row === "string"))
    return document.map((text: string) => ({ text }));
  return document.map((row: unknown, i) => asRow(row, `${name}, row ${i}`));
}

function parse(text: string, where: string, remedy: string): unknown {
  try {
    return parseExactJson(text);
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

  /** @param file  what messages call it */
  constructor(private readonly file: string) {}

  add(row: JsonRow): void {
    this.waiting.push(row);
    if (this.waiting.length === ROWS_AT_ONCE) this.flush();
  }

  table(): Table {
    this.flush();
    const columns = new Map<string, Column>();
    const features = new Map<string, FeatureType>();
    for (const [name, parts] of this.parts) {
      const where = `${this.file}, column "${name}"`;
      const feature = parts
        .map((part) => part.feature)
        .reduce<FeatureType | undefined>((a, b) => a && commonType(a, b), new Value("null"));
      if (feature === undefined) throw noCommonType(where, parts);
      columns.set(name, joined(parts, feature, where));
      features.set(name, feature);
    }
    return new Table(columns, features);
  }

  private flush(): void {
    const rows = this.waiting;
    const names = new Set([...this.parts.keys(), ...rows.flatMap((row) => Object.keys(row))]);
    for (const name of names) {
      const parts = this.parts.get(name) ?? (this.done > 0 ? [nulls(this.done)] : []);
      const cells = rows.map((row): Cell => (Object.hasOwn(row, name) ? row[name] : null));
      parts.push(jsonColumn(cells, `${this.file}, column "${name}", from row ${this.done} on`));
      this.parts.set(name, parts);
    }
    this.done += rows.length;
    this.waiting = [];
  }
}

/** The parts of a column as one, in which every object has the fields of all. */
function joined(parts: readonly TypedColumn[], feature: FeatureType, where: string): Column {
  const type = featureToString(feature);
  const whole = parts.map((part): TypedColumn => {
    if (featureToString(part.feature) === type) return part;
    return { column: columnOf(toArray(part.column).map((cell) => complete(cell, feature))), feature };
  });
  const isMixed = new Set(whole.map(({ column }) => column.constructor)).size > 1;
  return isMixed
    ? columnOf(whole.flatMap(({ column }) => toArray(column)))
    : joinColumns(whole, where).column;
}

const nulls = (length: number): TypedColumn => inferColumn(new Array<Cell>(length).fill(null));

function noCommonType(where: string, parts: readonly TypedColumn[]): DatasetError {
  const types = [...new Set(parts.map(({ feature }) => featureToString(feature)))].join(" and ");
  return new DatasetError(`${where}: holds ${types} in different rows; a column holds values of one type.`);
}

/** A column of values from JSON, where it is known which numbers are whole. */
function jsonColumn(cells: readonly Cell[], where: string): TypedColumn {
  const feature = inferFeature(cells, where, (number) => (Number.isInteger(number) ? "int64" : "float64"));
  return { column: columnOf(cells.map((cell) => complete(cell, feature))), feature };
}

/** A cell with null for the fields that it lacks, and with numbers for those that were written as fractions. */
function complete(cell: Cell, feature: FeatureType): Cell {
  if (typeof cell !== "object" || cell === null) return cell;
  if (cell instanceof WholeFraction) return cell.value;
  if (Array.isArray(cell))
    return feature instanceof List ? cell.map((each) => complete(each, feature.feature)) : cell;
  const values = cell as Readonly<Record<string, Cell>>;
  return Object.fromEntries(
    Object.entries(feature as Readonly<Record<string, FeatureType>>).map(([field, type]) => [
      field,
      Object.hasOwn(values, field) ? complete(values[field], type) : null,
    ]),
  );
}
