import type { HostKernel } from "./host-kernel";

/** The sum of all squares, added up in double precision: a gradient's part of the global norm. */
export const squaredSum: HostKernel<"x"> = {
  name: "SquaredSum",
  compute(memory, { x }) {
    const out = memory.allocate([], "float32");
    const values = memory.float32(x);
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
    memory.float32(out)[0] = sum;
    return out;
  },
};
