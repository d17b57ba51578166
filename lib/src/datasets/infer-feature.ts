import { DatasetError } from "../errors";
import type { Cell } from "./columns";
import { commonType } from "./common-type";
import { type FeatureType, featureToString, List, Value } from "./features";
import { WholeFraction } from "./formats/exact-json";
import { MOST_JSON_LEVELS } from "../json-depth";

/** Arrow's name of the type of a number. */
export type NumberType = (number: number) => string;

export const isInt32 = (value: number): boolean => (value | 0) === value;

const numberType: NumberType = (number) => (isInt32(number) ? "int32" : "float64");

/** Every object of a column gets all fields of the others. */
const MOST_FIELDS = 10_000;

/** Cells of one place in a column, and the row of each. */
interface Cells {
  cells: ArrayLike<Cell>;
  /** undefined: cell i is of row i. */
  rows?: readonly number[];
}

/** What messages say of the place. */
interface Place {
  where: string;
  typeOfNumber: NumberType;
  level: number;
}

/**
 * What holds all of these values. Works down the values side by side, a field or the elements of all lists at a time, so
 * that its time is in proportion to their number, however they are nested.
 *
 * @param where   what messages begin with
 * @param typeOfNumber  default: int32 where it is one, else float64
 * @throws DatasetError that names two rows whose values have no common type, or one that is nested too deep
 */
export function inferFeature(
  cells: ArrayLike<Cell>,
  where = "The values",
  typeOfNumber: NumberType = numberType,
): FeatureType {
  return inferCells({ cells }, { where, typeOfNumber, level: 1 });
}

function inferCells({ cells, rows }: Cells, place: Place): FeatureType {
  const kinds = new KindsOfCells(place);
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (cell !== null && cell !== undefined) kinds.add(cell, rows ? rows[i]! : i);
  }
  return kinds.feature();
}

/** What was found so far of the cells of one place. */
class KindsOfCells {
  /** The first row of each kind. */
  private readonly rows = new Map<Kind, number>();
  /** Of all that are neither lists nor objects. */
  private value: FeatureType = NULL;
  private readonly elements: Cells & { cells: Cell[]; rows: number[] } = { cells: [], rows: [] };
  /** Type of the elements of typed arrays. */
  private viewElement: FeatureType = NULL;
  private readonly fields = new Map<string, Cells & { cells: Cell[]; rows: number[] }>();

  constructor(private readonly place: Place) {}

  add(cell: NonNullable<Cell>, row: number): void {
    if (Array.isArray(cell)) {
      this.note("list", row);
      for (const each of cell as Cell[]) {
        this.elements.cells.push(each);
        this.elements.rows.push(row);
      }
    } else if (isNumbers(cell)) {
      this.note("list", row);
      const element = named(cell instanceof Int32Array ? "int32" : "float64");
      this.viewElement = commonType(this.viewElement, element)!;
    } else {
      const value = valueType(cell, this.place.typeOfNumber);
      if (value) this.addValue(value, row);
      else this.addStruct(cell, row);
    }
  }

  feature(): FeatureType {
    if (this.rows.has("object")) {
      return Object.fromEntries(
        Array.from(this.fields, ([name, cells]) => [name, inferCells(cells, this.below(`field "${name}"`))]),
      );
    }
    if (!this.rows.has("list")) return this.value;
    const element = inferCells(this.elements, this.below("an element"));
    const common = commonType(this.viewElement, element);
    if (common) return new List(common);
    const row = this.rows.get("list")!;
    throw this.conflict(
      [featureToString(new List(this.viewElement)), row],
      [featureToString(new List(element)), row],
    );
  }

  private addValue(value: Value, row: number): void {
    if (!this.rows.has("value")) this.note("value", row, featureToString(value));
    if (value === this.value) return;
    const common = commonType(this.value, value);
    if (!common) {
      const before = [featureToString(this.value), this.rows.get("value")!] as const;
      throw this.conflict(before, [featureToString(value), row]);
    }
    this.value = common;
  }

  private addStruct(cell: object, row: number): void {
    this.note("object", row);
    for (const name of Object.keys(cell)) {
      let field = this.fields.get(name);
      if (this.fields.size === MOST_FIELDS && !field) throw this.tooManyFields();
      if (!field) this.fields.set(name, (field = { cells: [], rows: [] }));
      field.cells.push((cell as Record<string, Cell>)[name]);
      field.rows.push(row);
    }
  }

  /** @throws DatasetError if there are cells of another kind too */
  private note(kind: Kind, row: number, is: string = KINDS[kind]): void {
    if (this.rows.has(kind)) return;
    for (const [other, before] of this.rows) {
      const was = other === "value" ? featureToString(this.value) : KINDS[other];
      throw this.conflict([was, before], [is, row]);
    }
    this.rows.set(kind, row);
  }

  private below(what: string): Place {
    const { where, level } = this.place;
    if (level === MOST_JSON_LEVELS) {
      throw new DatasetError(
        `${where}: a cell of row ${this.rows.values().next().value} is nested more than ${MOST_JSON_LEVELS} levels deep. ` +
          "Store it as text, or take out of it what is needed.",
      );
    }
    // Deep down, the way to a place says less than the place itself.
    return { ...this.place, where: level < 4 ? `${where}, ${what}` : where, level: level + 1 };
  }

  private tooManyFields(): DatasetError {
    return new DatasetError(
      `${this.place.where}: its objects have more than ${MOST_FIELDS} different fields. Give the rows the same ones: ` +
        '{"name": "a", "value": 1} rather than {"a": 1}.',
    );
  }

  private conflict(
    [first, row]: readonly [string, number],
    [second, other]: readonly [string, number],
  ): DatasetError {
    const rest = other === row ? "also" : `row ${other} is`;
    return new DatasetError(
      `${this.place.where}: row ${row} is ${first} and ${rest} ${second}; a column holds values of one type. Correct the ` +
        "values, or turn all of them into text.",
    );
  }
}

const NULL = new Value("null");
type Kind = "value" | "list" | "object";
const KINDS: Readonly<Record<Kind, string>> = { value: "a value", list: "a list", object: "an object" };

/** A typed array of ordinary numbers (not of bigints, nor bytes). */
function isNumbers(cell: NonNullable<Cell>): boolean {
  return (
    ArrayBuffer.isView(cell) &&
    !(cell instanceof DataView || cell instanceof BigInt64Array || cell instanceof BigUint64Array) &&
    !(cell instanceof Uint8Array)
  );
}

const VALUES = new Map<string, Value>();
function named(dtype: string): Value {
  let value = VALUES.get(dtype);
  if (!value) VALUES.set(dtype, (value = new Value(dtype)));
  return value;
}

/** The type of a cell that has no parts; undefined of an object. */
function valueType(cell: NonNullable<Cell>, typeOfNumber: NumberType): Value | undefined {
  if (typeof cell === "number") return named(typeOfNumber(cell));
  if (cell instanceof WholeFraction) return named("float64");
  if (typeof cell === "boolean") return named("bool");
  if (typeof cell === "bigint") return named("int64");
  if (cell instanceof Date) return named("timestamp[ms]");
  if (cell instanceof Uint8Array) return named("binary");
  return typeof cell === "object" ? undefined : named("string");
}
