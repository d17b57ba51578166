import { FinetuneError } from "../errors";

/** How collators and models name a row. */
const ROW_OF_BATCH = /\bRow (\d+) of the batch\b/g;

/**
 * Calls `body`, whose errors name rows of a batch, and has them name rows of the dataset.
 *
 * @param rows  the dataset's row numbers of the batch
 */
export function namingDatasetRows<T>(rows: ArrayLike<number> | undefined, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (rows && error instanceof FinetuneError) {
      error.message = error.message.replace(ROW_OF_BATCH, (_, row: string) => {
        return `Row ${rows[Number(row)] ?? row} of the dataset`;
      });
    }
    throw error;
  }
}

/** A row's label, under any of the names that it may have; undefined where it has none that is a number. */
export function labelOf({ label, labels, label_ids }: Record<string, unknown>): number | undefined {
  const value = label ?? labels ?? label_ids;
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;
}
