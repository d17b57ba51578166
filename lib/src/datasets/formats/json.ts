import { stat } from "../../platform/files";
import { DatasetError } from "../../errors";
import { type Cell, type Column, toArray } from "../columns";
import { commonType } from "../common-type";
import { type FeatureType, featureToString, List, Value } from "../features";
import { columnOf, inferColumn, joinColumns, type TypedColumn } from "../infer";
import { inferFeature } from "../infer-feature";
import { Table } from "../table";
import { parseExactJson, WholeFraction } from "./exact-json";
import { checkUtf8, contentStart, readDataFile } from "./file-bytes";
import { memoryBudget } from "./memory-budget";

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
  const builder = new ColumnBuilder(name, (await stat(path)).size);
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
  private readonly completion: Completion;
  private waiting: JsonRow[] = [];
  private done = 0;

  /**
   * @param file  what messages call it
   * @param size  its bytes
   */
  constructor(
    private readonly file: string,
    size: number,
  ) {
    this.completion = new Completion(file, size);
  }

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
      columns.set(name, this.joined(parts, feature, where));
      features.set(name, feature);
    }
    return new Table(columns, features);
  }

  private flush(): void {
    const rows = this.waiting;
    const names = new Set(this.parts.keys());
    for (const row of rows) for (const name of Object.keys(row)) names.add(name);
    this.completion.spend((names.size - this.parts.size) * this.done * CELL_BYTES);
    this.completion.spend(names.size * rows.length * CELL_BYTES);
    for (const name of names) {
      const parts = this.parts.get(name) ?? (this.done > 0 ? [nulls(this.done)] : []);
      const cells = rows.map((row): Cell => (Object.hasOwn(row, name) ? row[name] : null));
      parts.push(this.column(cells, `${this.file}, column "${name}", from row ${this.done} on`));
      this.parts.set(name, parts);
    }
    this.done += rows.length;
    this.waiting = [];
  }

  /** A column of values from JSON, where it is known which numbers are whole. */
  private column(cells: readonly Cell[], where: string): TypedColumn {
    const feature = inferFeature(cells, where, (number) => (Number.isInteger(number) ? "int64" : "float64"));
    return {
      column: columnOf(
        cells.map((cell) => this.completion.of(cell, feature)),
        feature,
      ),
      feature,
    };
  }

  /** The parts of a column as one, in which every object has the fields of all. */
  private joined(parts: readonly TypedColumn[], feature: FeatureType, where: string): Column {
    const type = featureToString(feature);
    const whole = parts.map((part): TypedColumn => {
      if (featureToString(part.feature) === type) return part;
      const cells = toArray(part.column).map((cell) => this.completion.of(cell, feature));
      return { column: columnOf(cells, feature), feature };
    });
    const isMixed = new Set(whole.map(({ column }) => column.constructor)).size > 1;
    return isMixed
      ? columnOf(
          whole.flatMap(({ column }) => toArray(column)),
          feature,
        )
      : joinColumns(whole, where).column;
  }
}

const nulls = (length: number): TypedColumn => inferColumn(new Array<Cell>(length).fill(null));

function noCommonType(where: string, parts: readonly TypedColumn[]): DatasetError {
  const types = [...new Set(parts.map(({ feature }) => featureToString(feature)))].join(" and ");
  return new DatasetError(`${where}: holds ${types} in different rows; a column holds values of one type.`);
}

/** What a cell takes, and a field of an object while it is made. */
const CELL_BYTES = 8;
const FIELD_BYTES = 128;

/** Completes cells, and counts what is there only because other rows have it: a small file could ask for any number. */
class Completion {
  private readonly budget: number;
  private spent = 0;

  constructor(
    private readonly file: string,
    private readonly size: number,
  ) {
    this.budget = memoryBudget(size);
  }

  /** @throws DatasetError if there was no more to spend */
  spend(bytes: number): void {
    this.spent += bytes;
    if (this.spent <= this.budget) return;
    throw new DatasetError(
      `${this.file}: its rows have so many different columns or fields that a table of all would take more than ` +
        `${Math.round(this.budget / 2 ** 20)} MB, too much for ${this.size} bytes. Give the rows the same names: ` +
        '{"name": "a", "value": 1} rather than {"a": 1}.',
    );
  }

  /** A cell with null for the fields that it lacks, and with numbers in place of what was written as a fraction. */
  of(cell: Cell, feature: FeatureType): Cell {
    // Among fractions, as the fraction next to it.
    if (typeof cell === "bigint" && feature instanceof Value && feature.dtype === "float64")
      return Number(cell);
    // An integer zero has no sign.
    if (cell === 0) return feature instanceof Value && feature.dtype === "float64" ? cell : 0;
    if (typeof cell !== "object" || cell === null) return cell;
    if (cell instanceof WholeFraction) return cell.value;
    if (Array.isArray(cell))
      return feature instanceof List ? cell.map((each) => this.of(each, feature.feature)) : cell;
    const values = cell as Readonly<Record<string, Cell>>;
    const fields = Object.entries(feature as Readonly<Record<string, FeatureType>>);
    this.spend(fields.length * FIELD_BYTES);
    return Object.fromEntries(
      fields.map(([field, type]) => [
        field,
        Object.hasOwn(values, field) ? this.of(values[field], type) : null,
      ]),
    );
  }
}
