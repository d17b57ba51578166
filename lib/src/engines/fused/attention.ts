import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { PackedAttentionSettings } from "../fused-kernels";
import type { AttentionArguments } from "../kernel-library";
import type { FusedBackend } from "./backend";
import { dropoutArguments } from "./dropout";
import type { FusedKernel } from "./fused-kernel";

/** See ops/attention.ts. The attention weights stay in the caches of the processor: the gradient computes them anew. */
export const packedAttention: FusedKernel<"q" | "k" | "v" | "bias"> = {
  name: "PackedAttention",
  compute(backend, { q, k, v, bias }, attributes) {
    const out = backend.allocate(q.shape);
    const [result, ...operands] = [out, q, k, v].map((x) => backend.float32(x)) as Four;
    backend.library.packedAttention(result, ...operands, ...argumentsOf(backend, q, bias, attributes));
    return [out];
  },
};

export const packedAttentionGradient: FusedKernel<"dy" | "q" | "k" | "v" | "bias"> = {
  name: "PackedAttentionGrad",
  compute(backend, { dy, q, k, v, bias }, attributes) {
    const gradients = (bias ? [q, k, v, bias] : [q, k, v]).map((x) => backend.allocate(x.shape));
    const [dq, dk, dv, dbias = null] = gradients.map((x) => backend.float32(x)) as Four;
    const operands = [dy, q, k, v].map((x) => backend.float32(x)) as Four;
    const settings = argumentsOf(backend, q, bias, attributes);
    backend.library.packedAttentionGradient(dq, dk, dv, dbias, ...operands, ...settings);
    return gradients;
  },
};

type Four = [Float32Array, Float32Array, Float32Array, Float32Array];

function argumentsOf(
  backend: FusedBackend,
  q: TensorInfo,
  // A kernel's inputs may be missing.
  bias: TensorInfo | undefined,
  attributes: Record<string, unknown>,
): AttentionArguments {
  const settings = attributes as unknown as PackedAttentionSettings;
  const { offsets, heads, scale, window, dropoutRate } = settings;
  return [
    ...([Int32Array.from(offsets), q.shape[1]!, heads, scale, window] as const),
    bias ? backend.float32(bias) : null,
    ...dropoutArguments({ ...attributes, rate: dropoutRate }),
  ];
}
