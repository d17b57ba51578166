import * as tf from "../../tfjs";
import { cpuKernel, type FusedKernel } from "./fused-kernel";

const fallback = cpuKernel("Add");

/** tf.add of tensors of one shape, which is how gradients meet; whatever has to be broadcast, the cpu backend does. */
export const add: FusedKernel<"a" | "b"> = {
  name: "Add",
  compute(backend, { a, b }, attributes) {
    const isPlain = a.dtype === "float32" && b.dtype === "float32" && tf.util.arraysEqual(a.shape, b.shape);
    if (!isPlain) return fallback(backend, { a, b }, attributes);
    const out = backend.allocate(a.shape);
    backend.library.add(backend.float32(out), backend.float32(a), backend.float32(b));
    return out;
  },
};
