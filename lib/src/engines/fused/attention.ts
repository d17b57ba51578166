import type { FusedKernel } from "./fused-kernel";
import { dropoutArguments } from "./dropout";

/** See ops/attention.ts. The attention weights stay in the caches of the processor: the gradient computes them anew. */
export const packedAttention: FusedKernel<"q" | "k" | "v"> = {
  name: "PackedAttention",
  compute(backend, { q, k, v }, attributes) {
    const out = backend.allocate(q.shape);
    backend.library.packedAttention(
      backend.float32(out),
      backend.float32(q),
      backend.float32(k),
      backend.float32(v),
      Int32Array.from(attributes.offsets as number[]),
      q.shape[1]!,
      attributes.heads as number,
      ...dropoutArguments({ ...attributes, rate: attributes.dropoutRate }),
    );
    return [out];
  },
};

export const packedAttentionGradient: FusedKernel<"dy" | "q" | "k" | "v"> = {
  name: "PackedAttentionGrad",
  compute(backend, { dy, q, k, v }, attributes) {
    const gradients = [q, k, v].map((x) => backend.allocate(x.shape));
    const [dq, dk, dv] = gradients.map((x) => backend.float32(x)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    backend.library.packedAttentionGradient(
      dq,
      dk,
      dv,
      backend.float32(dy),
      backend.float32(q),
      backend.float32(k),
      backend.float32(v),
      Int32Array.from(attributes.offsets as number[]),
      q.shape[1]!,
      attributes.heads as number,
      ...dropoutArguments({ ...attributes, rate: attributes.dropoutRate }),
    );
    return gradients;
  },
};
