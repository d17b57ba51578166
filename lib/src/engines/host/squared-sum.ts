import type { HostKernel } from "./host-kernel";

/** The sum of the squares of all elements of all inputs, added up in double precision: what the global norm is the root of. */
export const squaredSum: HostKernel = {
  name: "SquaredSum",
  compute(memory, inputs) {
    const out = memory.allocate([], "float32");
    let sum = 0;
    for (const x of Object.values(inputs)) {
      const values = memory.float32(x);
      for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
    }
    memory.float32(out)[0] = sum;
    return out;
  },
};
