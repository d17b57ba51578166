import { DatasetError } from "../errors";
import { concatenateColumns, concatenateRows } from "./concatenate";
import { Dataset } from "./dataset";
import type { Row } from "./rows";

/**
 * Datasets one after the other (`axis: 0`, the default), all with the same columns; or side by side (`axis: 1`), all
 * with the same number of rows.
 *
 * @throws DatasetError if they do not fit together
 * @see datasets.concatenate_datasets
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
  { axis = 0 }: { axis?: 0 | 1 } = {},
): Dataset<Row> {
  if (datasets.length === 0) throw new DatasetError("concatenateDatasets: give at least one dataset.");
  const tables = datasets.map(({ table }) => table);
  if (axis === 1) return new Dataset(concatenateColumns(tables));
  return new Dataset(
    concatenateRows(
      tables,
      tables.map((_, i) => `dataset ${i}`),
    ),
  );
}
