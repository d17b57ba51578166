import type { KernelGradient, NativeKernel } from "./native-kernel";

/** See ops/gelu.ts. */
export const gelu: NativeKernel<"x"> = {
  name: "Gelu",
  compute(backend, { x }) {
    const out = backend.allocate(x.shape);
    backend.addon.gelu(backend.float32(out), backend.float32(x));
    return out;
  },
};

export const geluGradient: NativeKernel<"dy" | "x"> = {
  name: "GeluGrad",
  compute(backend, { dy, x }) {
    const out = backend.allocate(x.shape);
    backend.addon.geluGradient(backend.float32(out), backend.float32(dy), backend.float32(x));
    return out;
  },
};

export const gradientOfGelu: KernelGradient = { of: "Gelu", saves: ["x"], returns: ["x"] };
