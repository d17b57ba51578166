import { DatasetError } from "../errors";
import { concatenateColumns, concatenateRows } from "./concatenate";
import { ObjectColumn } from "./columns";
import { Dataset } from "./dataset";
import { Value } from "./features";
import type { Row } from "./rows";
import type { Table } from "./table";
import { refuseUnknownOptions } from "../known-options";

/**
 * Datasets one after the other (`axis: 0`, the default), where a column that one lacks is null in its rows; or side by
 * side (`axis: 1`), all with the same number of rows.
 *
 * @throws DatasetError if they do not fit together
 * @see datasets.concatenate_datasets
 * @example
 * const all = concatenateDatasets([rawDatasets.train, rawDatasets.validation]);
 */
export function concatenateDatasets<R extends Row>(
  datasets: readonly Dataset<R>[],
  options?: { axis?: 0 },
): Dataset<R>;
export function concatenateDatasets<R extends Row = Row>(
  datasets: readonly Dataset<Row>[],
  options: { axis: 1 },
): Dataset<R>;
export function concatenateDatasets(
  datasets: readonly Dataset<Row>[],
  options: { axis?: 0 | 1 } = {},
): Dataset<Row> {
  refuseUnknownOptions("concatenateDatasets", options, ["axis"], DatasetError);
  const { axis = 0 } = options;
  if (datasets.length === 0) throw new DatasetError("concatenateDatasets: give at least one dataset.");
  const tables = datasets.map(({ table }) => table);
  if (axis === 1) return new Dataset(concatenateColumns(tables));
  const names = new Set(tables.flatMap((table) => table.columnNames));
  return new Dataset(
    concatenateRows(
      tables.map((table) => withNulls(table, names)),
      tables.map((_, i) => `dataset ${i}`),
    ),
  );
}

/** With columns of null for the names that it lacks. */
function withNulls(table: Table, names: ReadonlySet<string>): Table {
  const missing = [...names].filter((name) => !table.columns.has(name));
  const nothing = new ObjectColumn(new Array<null>(table.length).fill(null));
  return missing.reduce((wider, name) => wider.with(name, nothing, new Value("null")), table);
}
