import type { RotaryProjectionsSettings } from "../fused-kernels";
import type { FusedKernel } from "./fused-kernel";

/** See ops/rotary-projections.ts. Its outputs are the queries, keys and values. */
export const rotaryProjections: FusedKernel<"qkv"> = {
  name: "RotaryProjections",
  compute(backend, { qkv }, attributes) {
    const [tokens, columns] = qkv.shape as [number, number];
    const outputs = [0, 1, 2].map(() => backend.allocate([tokens, columns / 3]));
    const [q, k, v] = outputs.map((output) => backend.float32(output)) as [
      ...[Float32Array, Float32Array, Float32Array],
    ];
    const { positions, heads, theta } = attributes as unknown as RotaryProjectionsSettings;
    backend.library.rotaryProjections(
      ...([q, k, v, backend.float32(qkv), positions, columns / 3, heads, theta] as const),
    );
    return outputs;
  },
};

export const rotaryProjectionsGradient: FusedKernel<"dq" | "dk" | "dv"> = {
  name: "RotaryProjectionsGrad",
  compute(backend, { dq, dk, dv }, attributes) {
    const [tokens, hidden] = dq.shape as [number, number];
    const dqkv = backend.allocate([tokens, 3 * hidden]);
    const { positions, heads, theta } = attributes as unknown as RotaryProjectionsSettings;
    backend.library.rotaryProjectionsGradient(
      ...([backend.float32(dqkv), backend.float32(dq), backend.float32(dk), backend.float32(dv)] as const),
      ...([positions, hidden, heads, theta] as const),
    );
    return dqkv;
  },
};
