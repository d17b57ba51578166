import type { Batch, Row } from "./batch";
import { checkRows, labelColumn, listColumn, stackColumn, toBatch, type HostColumn } from "./columns";
import { setOwn } from "../own-properties";

/**
 * Stacks rows as they are; all must have the same length (tokenized with `padding: "max_length"`, for instance).
 * Columns of text are left out, `label` and `label_ids` become `labels`.
 *
 * @throws DatasetError that names the row and the column that do not fit
 * @see transformers.default_data_collator
 * @example
 * const batch = defaultDataCollator([{ input_ids: [101, 102], label: 1 }]);
 */
export function defaultDataCollator(features: readonly Row[]): Batch {
  const first = checkRows(features);
  listColumn(features, "input_ids");
  const label = labelColumn(features);
  const columns: Record<string, HostColumn> = {};
  for (const [name, value] of Object.entries(first)) {
    if (name === label || value === null || value === undefined || typeof value === "string") continue;
    setOwn(columns, name, stackColumn(features, name));
  }
  if (label !== undefined) columns.labels = stackColumn(features, label);
  return toBatch(columns);
}
