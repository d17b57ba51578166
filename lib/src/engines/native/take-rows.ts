import type { TensorInfo } from "@tensorflow/tfjs";
import type { NativeBackend } from "./backend";
import type { KernelGradient, NativeKernel } from "./native-kernel";

/** See ops/take-rows.ts. */
export const takeRows: NativeKernel<"x" | "rows"> = {
  name: "TakeRows",
  compute(backend, { x, rows }) {
    const [entries, hidden] = x.shape as [number, number];
    const numbers = backend.int32(rows);
    const out = backend.allocate([numbers.length, hidden]);
    const [from, to] = [backend.float32(x), backend.float32(out)];
    numbers.forEach((row, index) => {
      if (row < 0 || row >= entries) throw new RangeError(`row ${row} is outside 0 … ${entries - 1}`);
      to.set(from.subarray(row * hidden, (row + 1) * hidden), index * hidden);
    });
    return out;
  },
};

export const takeRowsGradient: NativeKernel<"dy" | "x" | "rows"> = {
  name: "TakeRowsGrad",
  compute: (backend, { dy, x, rows }, { paddingId }) =>
    sumRows(backend, x.shape as [number, number], rows, dy, paddingId as number),
};

export const gradientOfTakeRows: KernelGradient = { of: "TakeRows", saves: ["x", "rows"], returns: ["x"] };

/** A matrix of zeros with each row of `dy` added where its number says; rows of the skipped number are left out. */
export function sumRows(
  backend: NativeBackend,
  [entries, hidden]: [number, number],
  rows: TensorInfo,
  dy: TensorInfo,
  skipped: number,
): TensorInfo {
  const out = backend.allocate([entries, hidden]);
  const sums = backend.float32(out).fill(0);
  backend.addon.scatterAdd(sums, backend.float32(dy), backend.int32(rows), entries, hidden, skipped);
  return out;
}
