import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { FusedBackend } from "./backend";
import type { FusedKernel } from "./fused-kernel";

/** A gradient with at least so many rows, and so many for each that is not zero, is kept as a sparse one. */
export const SPARSE_FROM = { entries: 4096, entriesPerRow: 8 };

/** See ops/take-rows.ts. */
export const takeRows: FusedKernel<"x" | "rows"> = {
  name: "TakeRows",
  compute(backend, { x, rows }) {
    const [entries, hidden] = x.shape as [number, number];
    const numbers = backend.int32(rows);
    const wrong = numbers.find((row) => row < 0 || row >= entries);
    if (wrong !== undefined) throw new RangeError(`row ${wrong} is outside 0 … ${entries - 1}`);
    const out = backend.allocate([numbers.length, hidden]);
    const [from, to] = [backend.float32Rows(x, numbers), backend.float32(out)];
    numbers.forEach((row, index) => {
      to.set(from.subarray(row * hidden, (row + 1) * hidden), index * hidden);
    });
    return out;
  },
};

export const takeRowsGradient: FusedKernel<"dy" | "x" | "rows"> = {
  name: "TakeRowsGrad",
  compute: (backend, { dy, x, rows }, { paddingId }) =>
    sumRows(backend, x.shape as [number, number], rows, dy, paddingId as number),
};

/** A matrix of zeros with each row of `dy` added where its number says; rows of the skipped number are left out. */
export function sumRows(
  backend: FusedBackend,
  [entries, hidden]: [number, number],
  rows: TensorInfo,
  dy: TensorInfo,
  skipped: number,
): TensorInfo {
  const numbers = backend.int32(rows);
  const isSparse = entries >= Math.max(SPARSE_FROM.entries, SPARSE_FROM.entriesPerRow * numbers.length);
  const out = isSparse
    ? backend.allocateSparse([entries, hidden], numbers)
    : backend.allocate([entries, hidden]);
  const sums = backend.float32(out);
  if (!isSparse) sums.fill(0);
  backend.library.scatterAdd(sums, backend.float32(dy), numbers, entries, hidden, skipped);
  return out;
}
