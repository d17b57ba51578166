import { DatasetError } from "../errors";
import { nextTurn } from "../platform/pause";
import { startProgress } from "../progress";

export interface BatchPlan {
  batchSize: number;
  /** What stands before the progress bar. */
  desc: string;
}

/** Calls `step` for rows start (included) to end (excluded), batch by batch, under a progress bar. */
export async function inBatches(
  total: number,
  { batchSize, desc }: BatchPlan,
  step: (start: number, end: number) => Promise<void>,
): Promise<void> {
  checkBatchSize(batchSize);
  const progress = startProgress({ label: desc, total, unit: "examples" });
  try {
    for (let start = 0; start < total; start += batchSize) {
      const end = Math.min(start + batchSize, total);
      await step(start, end);
      progress.update(end);
      await nextTurn();
    }
  } finally {
    progress.finish();
  }
}

export function checkBatchSize(batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize > 0) return;
  throw new DatasetError(`batchSize is ${batchSize}. Give a whole number of rows, 1 or more.`);
}
