import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { DisentangledBiasSettings } from "../fused-kernels";
import type { FusedBackend } from "./backend";
import type { FusedKernel } from "./fused-kernel";

type Inputs = "q" | "k" | "positionKeys" | "positionQueries";

/** See ops/disentangled-bias.ts. */
export const disentangledBias: FusedKernel<Inputs> = {
  name: "DisentangledBias",
  compute(backend, inputs, attributes) {
    const { offsets, heads, scale, pairs } = attributes as unknown as DisentangledBiasSettings;
    const out = backend.allocate([pairs * heads]);
    backend.library.disentangledBias(
      ...([backend.float32(out), ...operandsOf(backend, inputs)] as const),
      ...([offsets, inputs.q.shape[1]!, heads, scale] as const),
    );
    return out;
  },
};

/** From the gradient of the bias to those of q, k and the tables that there are, in the order of the inputs. */
export const disentangledBiasGradient: FusedKernel<Inputs | "dy"> = {
  name: "DisentangledBiasGrad",
  compute(backend, { dy, ...inputs }, attributes) {
    const { offsets, heads, scale } = attributes as unknown as DisentangledBiasSettings;
    const gradientOf = (tensor: TensorInfo | undefined) => tensor && backend.allocate(tensor.shape);
    const { q, k, positionKeys, positionQueries } = inputs;
    const gradients = [q, k, positionKeys, positionQueries].map(gradientOf);
    const [dq, dk, dkeys, dqueries] = gradients.map((tensor) => values(backend, tensor));
    backend.library.disentangledBiasGradient(
      ...([dq!, dk!, dkeys!, dqueries!, backend.float32(dy), ...operandsOf(backend, inputs)] as const),
      ...([offsets, q.shape[1]!, heads, scale] as const),
    );
    return gradients.flatMap((tensor) => tensor ?? []);
  },
};

// A kernel's inputs may be missing.
const values = (backend: FusedBackend, tensor: TensorInfo | undefined) =>
  tensor ? backend.float32(tensor) : null;

const operandsOf = (
  backend: FusedBackend,
  { q, k, positionKeys, positionQueries }: Record<Inputs, TensorInfo>,
) =>
  [
    ...[backend.float32(q), backend.float32(k)],
    ...[values(backend, positionKeys), values(backend, positionQueries)],
  ] as const;
