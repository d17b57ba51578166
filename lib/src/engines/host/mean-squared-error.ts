import type { HostKernel } from "./host-kernel";

/** See ops/mean-squared-error.ts; added up in double precision. */
export const meanSquaredError: HostKernel<"predictions" | "targets"> = {
  name: "MeanSquaredError",
  compute(memory, { predictions, targets }) {
    const out = memory.allocate([], "float32");
    const [x, y] = [memory.float32(predictions), memory.float32(targets)];
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += (x[i]! - y[i]!) ** 2;
    memory.float32(out)[0] = sum / x.length;
    return out;
  },
};

export const meanSquaredErrorGradient: HostKernel<"dy" | "predictions" | "targets"> = {
  name: "MeanSquaredErrorGrad",
  compute(memory, { dy, predictions, targets }) {
    const out = memory.allocate(predictions.shape, "float32");
    const [x, y, slope] = [memory.float32(predictions), memory.float32(targets), memory.float32(out)];
    const factor = (2 * memory.float32(dy)[0]!) / x.length;
    for (let i = 0; i < x.length; i++) slope[i] = factor * (x[i]! - y[i]!);
    return out;
  },
};
