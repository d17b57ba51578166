import { DatasetError } from "../errors";
import { inBatches } from "./batches";
import type { DatasetView } from "./dataset-view";
import type { Row } from "./rows";

/** The rows of a dataset for which a function says true. @throws DatasetError if it returns something else */
export async function filteredRows<R extends Row>(
  dataset: DatasetView<R>,
  keep: (rows: never, at: never) => unknown,
  { batchSize, desc, batched }: { batchSize: number; desc: string; batched: boolean },
): Promise<Int32Array> {
  const call = keep as (rows: unknown, at: unknown) => unknown;
  const kept: number[] = [];
  const batches = batched && dataset.length > 0 ? dataset.iter({ batchSize }) : undefined;
  await inBatches(dataset.length, { batchSize, desc }, async (start, end) => {
    const verdicts = batches ? await batchVerdicts(call, batches.next().value, start, end) : undefined;
    for (let row = start; row < end; row++) {
      const said = verdicts === undefined ? call(dataset.at(row), row) : verdicts[row - start];
      if (said instanceof Promise ? ((await said) as unknown) : said) kept.push(row);
    }
  });
  return Int32Array.from(kept);
}

async function batchVerdicts(
  keep: (rows: unknown, at: unknown) => unknown,
  batch: unknown,
  start: number,
  end: number,
): Promise<ArrayLike<unknown>> {
  const rows = Array.from({ length: end - start }, (_, i) => start + i);
  const verdicts = await keep(batch, rows);
  if (Array.isArray(verdicts) && verdicts.length === rows.length) return verdicts as unknown[];
  const got = Array.isArray(verdicts) ? `${verdicts.length} values` : `a ${typeof verdicts}`;
  throw new DatasetError(
    `filter, rows ${start} to ${end - 1}: the batched function returned ${got} for ${rows.length} rows. ` +
      "Return an array with one boolean a row.",
  );
}
