import type { KernelGradient, FusedKernel } from "./fused-kernel";

/** See ops/gelu.ts. */
export const gelu: FusedKernel<"x"> = {
  name: "Gelu",
  compute(backend, { x }) {
    const out = backend.allocate(x.shape);
    backend.library.gelu(backend.float32(out), backend.float32(x));
    return out;
  },
};

export const geluGradient: FusedKernel<"dy" | "x"> = {
  name: "GeluGrad",
  compute(backend, { dy, x }) {
    const out = backend.allocate(x.shape);
    backend.library.geluGradient(backend.float32(out), backend.float32(dy), backend.float32(x));
    return out;
  },
};

export const gradientOfGelu: KernelGradient = { of: "Gelu", saves: ["x"], returns: ["x"] };
