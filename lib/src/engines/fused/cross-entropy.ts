import type { FusedKernel } from "./fused-kernel";

/** See ops/cross-entropy.ts. */
export const crossEntropy: FusedKernel<"logits" | "labels"> = {
  name: "CrossEntropy",
  compute(backend, { logits, labels }, { smoothing }) {
    const [rows, classes] = logits.shape as [number, number];
    const loss = backend.library.crossEntropy(
      backend.float32(logits),
      backend.int32(labels),
      rows,
      classes,
      smoothing as number,
    );
    return backend.makeTensorInfo([], "float32", Float32Array.of(loss));
  },
};

export const crossEntropyGradient: FusedKernel<"dy" | "logits" | "labels"> = {
  name: "CrossEntropyGrad",
  compute(backend, { dy, logits, labels }, { smoothing }) {
    const [rows, classes] = logits.shape as [number, number];
    const out = backend.allocate(logits.shape);
    backend.library.crossEntropyGradient(
      backend.float32(out),
      backend.float32(logits),
      backend.int32(labels),
      rows,
      classes,
      smoothing as number,
      backend.float32(dy)[0]!,
    );
    return out;
  },
};
