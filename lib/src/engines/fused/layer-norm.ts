import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { FusedBackend } from "./backend";
import { dropoutArguments, NO_DROPOUT } from "./dropout";
import type { DropoutArguments } from "../kernel-library";
import type { FusedKernel } from "./fused-kernel";

/** See ops/layer-norm.ts. */
export const layerNorm: FusedKernel<"x" | "gamma" | "beta"> = {
  name: "LayerNorm",
  compute: (backend, inputs, { eps }) => forward(backend, inputs, eps as number, NO_DROPOUT),
};

export const layerNormGradient: FusedKernel<"dy" | "x" | "gamma"> = {
  name: "LayerNormGrad",
  compute(backend, inputs, { eps }) {
    const { dx, dgamma, dbeta } = backward(backend, inputs, eps as number, NO_DROPOUT);
    return [dx, dgamma, dbeta];
  },
};

/** See ops/dropout-add-layer-norm.ts. */
export const dropoutAddLayerNorm: FusedKernel<"x" | "residual" | "gamma" | "beta"> = {
  name: "DropoutAddLayerNorm",
  compute: (backend, inputs, attributes) =>
    forward(backend, inputs, attributes.eps as number, dropoutArguments(attributes)),
};

export const dropoutAddLayerNormGradient: FusedKernel<"dy" | "x" | "residual" | "gamma"> = {
  name: "DropoutAddLayerNormGrad",
  compute(backend, inputs, attributes) {
    const dropout = dropoutArguments(attributes);
    const { dx, dresidual, dgamma, dbeta } = backward(backend, inputs, attributes.eps as number, dropout);
    return [dx, dresidual, dgamma, dbeta];
  },
};

interface Inputs {
  x: TensorInfo;
  residual?: TensorInfo;
  gamma: TensorInfo;
}

function forward(
  backend: FusedBackend,
  { x, residual, gamma, beta }: Inputs & { beta: TensorInfo },
  eps: number,
  dropout: DropoutArguments,
): TensorInfo {
  const [rows, columns] = x.shape as [number, number];
  const out = backend.allocate(x.shape);
  backend.library.dropoutAddLayerNorm(
    backend.float32(out),
    backend.float32(x),
    residual ? backend.float32(residual) : null,
    backend.float32(gamma),
    backend.float32(beta),
    rows,
    columns,
    eps,
    ...dropout,
  );
  return out;
}

function backward(
  backend: FusedBackend,
  { dy, x, residual, gamma }: Inputs & { dy: TensorInfo },
  eps: number,
  dropout: DropoutArguments,
) {
  const [rows, columns] = x.shape as [number, number];
  const dx = backend.allocate(x.shape);
  const dgamma = backend.allocate(gamma.shape);
  const dbeta = backend.allocate(gamma.shape);
  // Without dropout both terms of the sum have the same gradient, and share its memory.
  const separate = residual !== undefined && dropout[0] > 0;
  const dresidual = separate ? backend.allocate(x.shape) : dx;
  if (residual && !separate) backend.incRef(dx.dataId);
  backend.library.dropoutAddLayerNormGradient(
    backend.float32(dx),
    separate ? backend.float32(dresidual) : null,
    backend.float32(dgamma),
    backend.float32(dbeta),
    backend.float32(dy),
    backend.float32(x),
    residual ? backend.float32(residual) : null,
    backend.float32(gamma),
    rows,
    columns,
    eps,
    ...dropout,
  );
  return { dx, dresidual, dgamma, dbeta };
}
