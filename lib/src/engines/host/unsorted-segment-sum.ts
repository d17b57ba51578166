import type { HostKernel } from "./host-kernel";

/**
 * Sums rows into the segments that they name, in one pass. It is the gradient of `gather`: tfjs's wasm backend lacks it,
 * and its cpu backend goes through all rows once for each segment.
 */
export const unsortedSegmentSum: HostKernel<"x" | "segmentIds"> = {
  name: "UnsortedSegmentSum",
  compute(memory, { x, segmentIds }, attributes) {
    const segments = attributes.numSegments as number;
    const [rows = 0, ...rest] = x.shape;
    const width = rest.reduce((product, length) => product * length, 1);
    const out = memory.allocate([segments, ...rest], "float32");
    const sums = memory.float32(out).fill(0);
    const values = memory.float32(x);
    const ids = memory.int32(segmentIds);
    for (let row = 0; row < rows; row++) {
      const segment = ids[row]!;
      // As tf.unsortedSegmentSum documents: rows of a negative segment are dropped.
      if (segment < 0) continue;
      if (segment >= segments)
        throw new RangeError(`segment ${segment} of row ${row} is outside 0 … ${segments - 1}`);
      const from = row * width;
      const to = segment * width;
      for (let i = 0; i < width; i++) sums[to + i]! += values[from + i]!;
    }
    return out;
  },
};
