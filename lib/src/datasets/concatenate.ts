import { DatasetError } from "../errors";
import { type Column, NumberColumn, ObjectColumn, toArray } from "./columns";
import { commonType } from "./common-type";
import { featureToString, type FeatureType } from "./features";
import { joinColumns, type TypedColumn } from "./infer";
import { pythonList } from "./python-repr";
import { Table } from "./table";

/**
 * The rows of tables one after the other. All must have the same columns and types, in any order of columns; a column
 * that holds nothing but null fits every type.
 *
 * @param sources what messages call each table
 * @throws DatasetError naming the first table and column that do not fit
 */
export function concatenateRows(tables: readonly Table[], sources: readonly string[]): Table {
  const [first, ...rest] = tables;
  if (first === undefined)
    throw new DatasetError("There is nothing to concatenate. Give at least one dataset.");
  if (rest.length === 0) return first;
  const columns = new Map<string, Column>();
  const features = new Map<string, FeatureType>();
  for (const name of first.columnNames) {
    const parts = tables.map((table, i): TypedColumn => {
      if (!table.columns.has(name)) throw otherColumns(first, table, sources[0]!, sources[i]!);
      return { column: table.column(name), feature: table.features.get(name)! };
    });
    let common = parts[0]!.feature;
    for (const [i, { feature }] of parts.entries()) {
      const next = commonType(common, feature);
      if (next === undefined) {
        throw new DatasetError(
          `Column "${name}" is ${featureToString(common)} in ${sources[0]}, but ${featureToString(feature)} in ` +
            `${sources[i]}. Bring them to one type with castColumn.`,
        );
      }
      common = next;
    }
    columns.set(name, join(parts));
    features.set(name, common);
  }
  const wider = tables.findIndex((table) => table.columns.size !== first.columns.size);
  if (wider >= 0) throw otherColumns(first, tables[wider]!, sources[0]!, sources[wider]!);
  return new Table(columns, features);
}

/** The columns of tables of equal length side by side. @throws DatasetError if a name comes twice or lengths differ */
export function concatenateColumns(tables: readonly Table[]): Table {
  const names = tables.flatMap((table) => table.columnNames);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new DatasetError(`Two datasets have a column "${twice}". Rename or remove one of them first.`);
  }
  return new Table(
    new Map(tables.flatMap((table) => [...table.columns])),
    tables.flatMap((table) => [...table.features]),
  );
}

/** Integers stay integers, however they are kept in each part. */
function join(parts: readonly TypedColumn[]): Column {
  const isMixed = new Set(parts.map(({ column }) => column.constructor)).size > 1;
  const isNumeric = parts.every(({ column }) => column instanceof NumberColumn);
  if (isMixed && !isNumeric) return new ObjectColumn(parts.flatMap(({ column }) => toArray(column)));
  return joinColumns(parts).column;
}

function otherColumns(first: Table, other: Table, firstSource: string, source: string): DatasetError {
  return new DatasetError(
    `${source} has the columns ${pythonList(other.columnNames)}, but ${firstSource} has ` +
      `${pythonList(first.columnNames)}. Rename or remove columns so that all have the same.`,
  );
}
