import type { FusedKernel } from "./fused-kernel";

/** See ops/geglu.ts. */
export const geglu: FusedKernel<"x"> = {
  name: "Geglu",
  compute(backend, { x }) {
    const [rows, columns] = x.shape as [number, number];
    const out = backend.allocate([rows, columns / 2]);
    backend.library.geglu(backend.float32(out), backend.float32(x), rows, columns / 2);
    return out;
  },
};

export const gegluGradient: FusedKernel<"dy" | "x"> = {
  name: "GegluGrad",
  compute(backend, { dy, x }) {
    const [rows, width] = dy.shape as [number, number];
    const dx = backend.allocate(x.shape);
    backend.library.gegluGradient(
      ...([backend.float32(dx), backend.float32(dy), backend.float32(x), rows, width] as const),
    );
    return dx;
  },
};
