import { DatasetError } from "../errors";
import { type BatchPlan, inBatches } from "./batches";
import type { Cell, Column } from "./columns";
import { castColumn } from "./cast";
import type { Features, FeatureType } from "./features";
import { inferColumn, joinColumns, keepFeature, type TypedColumn } from "./infer";
import type { MapCache } from "./map-cache";
import { probe } from "./map-probe";
import type { RowFormat } from "./row-format";
import { rowsToColumns } from "./rows-to-columns";
import { Table } from "./table";

/** Columns of a stretch of rows, or what a batched function made of them. */
export type Columns = Record<string, ArrayLike<Cell>>;

/** Makes the new columns of some rows of a table; `indices` says which rows they are. */
export type MakeColumns = (rows: Table, indices: number[]) => Promise<unknown>;

/** The columns that a function made. */
type Made = ReadonlyMap<string, TypedColumn>;

/** How a table is mapped. */
export interface MapPlan extends BatchPlan {
  /** Old columns that do not stay. */
  removed: ReadonlySet<string>;
  /** Types of new columns. Default: what the values say. */
  features?: Features;
  /** Where the made columns are kept, if they are. */
  cache?: MapCache;
}

/**
 * Makes columns batch by batch, or takes those that were kept. They are added, or replace those of the same name;
 * `removed` takes old ones away. Only where no old column stays may the number of rows change.
 *
 * @throws DatasetError if the lengths of the returned columns do not fit
 */
export async function mapTable(table: Table, make: MakeColumns, plan: MapPlan): Promise<Table> {
  const kept = await plan.cache?.load(() => probe(table, make));
  if (kept !== undefined) {
    const columns = Array.from(kept.columns, ([name, column]): [string, TypedColumn] => {
      return [name, { column, feature: kept.features.get(name)! }];
    });
    return assemble(table, plan, new Map(columns));
  }
  const made = new Map<string, TypedColumn[]>();
  await inBatches(table.length, plan, async (start, end) => {
    const returned = columnsOf(await make(table.slice(start, end), numbersFrom(start, end)));
    const stays = table.columnNames.filter(
      (name) => !plan.removed.has(name) && !Object.hasOwn(returned, name),
    );
    checkLengths(returned, { start, end, kept: stays });
    if (start > 0) checkNames(made, returned, start);
    for (const [name, values] of Object.entries(returned)) {
      const parts = made.get(name) ?? [];
      parts.push(inferColumn(values, `map, column "${name}" of the rows from ${start} on`));
      made.set(name, parts);
    }
  });
  const joined = new Map<string, TypedColumn>();
  for (const [name, parts] of made) {
    joined.set(name, joinColumns(parts, `map, column "${name}"`));
    made.delete(name); // the parts are as large as the whole
  }
  await plan.cache?.save(
    new Table(
      new Map(Array.from(joined, ([name, { column }]) => [name, column])),
      Array.from(joined, ([name, { feature }]) => [name, feature] as const),
    ),
    () => probe(table, make),
  );
  return assemble(table, plan, joined);
}

const numbersFrom = (start: number, end: number) => Array.from({ length: end - start }, (_, i) => start + i);

/** The function of a batched `map`: gets columns, returns columns. */
export function batched(format: RowFormat, apply: (batch: Columns, rows: number[]) => unknown): MakeColumns {
  return (rows, indices) => Promise.resolve(apply(format.batch(format.view(rows), 0, rows.length), indices));
}

/** The function of a `map` over single rows: gets a row, returns an object or nothing. */
export function rowByRow(
  format: RowFormat,
  apply: (row: Record<string, Cell>, index: number) => unknown,
): MakeColumns {
  return async (rows, indices) => {
    const view = format.view(rows);
    const made: object[] = [];
    for (const [at, i] of indices.entries()) {
      const returned = apply(format.row(view, at), i);
      const row = returned instanceof Promise ? ((await returned) as unknown) : returned;
      if (typeof (row ?? {}) !== "object" || Array.isArray(row)) {
        throw new DatasetError(
          `map, row ${i}: the function returned ${describe(row)}. Return an object, or nothing.`,
        );
      }
      made.push(row ?? {});
    }
    return rowsToColumns(made, indices[0] ?? 0);
  };
}

function columnsOf(returned: unknown): Columns {
  if (returned === null || returned === undefined) return {};
  if (typeof returned !== "object" || Array.isArray(returned)) {
    throw new DatasetError(
      `map: the function returned ${describe(returned)}. Return an object of columns, or nothing.`,
    );
  }
  for (const [name, values] of Object.entries(returned)) {
    if (Array.isArray(values) || ArrayBuffer.isView(values)) continue;
    throw new DatasetError(
      `map: the batched function returned ${describe(values)} as column "${name}". ` +
        "Return an array with one entry a row.",
    );
  }
  return returned as Columns;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}

function checkLengths(returned: Columns, at: { start: number; end: number; kept: readonly string[] }): void {
  const lengths = Object.entries(returned).map(([name, values]) => [name, values.length] as const);
  const [first, ...rest] = lengths;
  if (first === undefined) return;
  const rows = at.end - at.start;
  const where = `map, rows ${at.start} to ${at.end - 1}`;
  const other = rest.find(([, length]) => length !== first[1]);
  if (other !== undefined) {
    throw new DatasetError(
      `${where}: column "${first[0]}" has ${first[1]} entries, but column "${other[0]}" has ${other[1]}. ` +
        "All returned columns need the same length.",
    );
  }
  if (first[1] !== rows && at.kept.length > 0) {
    throw new DatasetError(
      `${where}: the function returned ${first[1]} entries in column "${first[0]}" for ${rows} rows, ` +
        `but column "${at.kept[0]}" stays and has ${rows}. To change the number of rows, ` +
        `remove the old columns: removeColumns: ${JSON.stringify(at.kept)}.`,
    );
  }
}

function checkNames(made: ReadonlyMap<string, unknown>, returned: Columns, start: number): void {
  const names = Object.keys(returned);
  const odd =
    names.find((name) => !made.has(name)) ?? [...made.keys()].find((name) => !Object.hasOwn(returned, name));
  if (odd === undefined) return;
  const isReturned = Object.hasOwn(returned, odd);
  throw new DatasetError(
    `map: column "${odd}" is returned for ${isReturned ? "" : "none of "}the rows from ${start} on, ` +
      `but ${isReturned ? "not " : ""}for those before. Return the same columns for every row.`,
  );
}

/** Old columns in their order, replaced where there is a new one of the name, then the new ones. */
function assemble(table: Table, { removed, features: wanted }: MapPlan, made: Made): Table {
  const columns = new Map<string, Column>();
  const features = new Map<string, FeatureType>();
  for (const [name, column] of table.columns) {
    if (removed.has(name)) continue;
    columns.set(name, column);
    features.set(name, table.features.get(name)!);
  }
  for (const [name, typed] of made) {
    const feature = wanted?.get(name);
    columns.set(
      name,
      feature === undefined ? typed.column : castColumn(name, typed.column, typed.feature, feature),
    );
    features.set(name, feature ?? keepFeature(typed, table.features.get(name)));
  }
  return new Table(columns, features);
}
