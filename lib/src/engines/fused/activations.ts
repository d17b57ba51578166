import type { FusedKernel } from "./fused-kernel";

/** The kernels of a function of each element, and of its gradient. */
function activation(name: string, values: "gelu" | "geluNew" | "tanh") {
  const forward: FusedKernel<"x"> = {
    name,
    compute(backend, { x }) {
      const out = backend.allocate(x.shape);
      backend.library[values](backend.float32(out), backend.float32(x));
      return out;
    },
  };
  const backward: FusedKernel<"dy" | "x"> = {
    name: `${name}Grad`,
    compute(backend, { dy, x }) {
      const out = backend.allocate(x.shape);
      backend.library[`${values}Gradient`](backend.float32(out), backend.float32(dy), backend.float32(x));
      return out;
    },
  };
  return { forward, backward };
}

/** See ops/gelu.ts. */
export const gelu = activation("Gelu", "gelu");

/** See ops/gelu-new.ts. */
export const geluNew = activation("GeluNew", "geluNew");

/** See ops/tanh.ts. The name is not tfjs's own, whose gradient belongs to every backend. */
export const tanh = activation("TanhActivation", "tanh");
