import type { MicroBatchSettings } from "./train-step";

/** Rows that go through the model at once. */
export interface MicroBatch extends MicroBatchSettings {
  rows: Int32Array;
}

/** Between the numbers of the parts of a micro-batch, so that dropout drops other elements in each. */
const PART = 2 ** 24;

/**
 * The micro-batches of a step, none of them larger than `most` rows. Larger ones come in parts that count for as much as
 * they have rows: the step computes the same.
 *
 * @param firstMicroStep  number of the first micro-batch in the whole run
 */
export function microBatchesOf(
  batches: readonly Int32Array[],
  firstMicroStep: number,
  most: number,
): MicroBatch[] {
  return batches.flatMap((batch, index) => {
    const size = Math.min(most, batch.length);
    return Array.from({ length: Math.ceil(batch.length / size) }, (_, part) => {
      const rows = batch.subarray(part * size, (part + 1) * size);
      return {
        rows,
        weight: rows.length / batch.length / batches.length,
        microStep: (firstMicroStep + index + part * PART) >>> 0,
      };
    });
  });
}
