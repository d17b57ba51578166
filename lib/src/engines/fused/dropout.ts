import { dropoutScale, dropoutThreshold } from "../../random";
import type { DropoutAttributes } from "../fused-kernels";
import type { DropoutArguments } from "../kernel-library";
import type { FusedKernel } from "./fused-kernel";

/** See ops/dropout.ts. */
export const dropout: FusedKernel<"x"> = {
  name: "Dropout",
  compute(backend, { x }, attributes) {
    const out = backend.allocate(x.shape);
    backend.library.dropout(backend.float32(out), backend.float32(x), ...dropoutArguments(attributes));
    return out;
  },
};

/** The same mask on the gradient. */
export const dropoutGradient: FusedKernel<"dy"> = {
  name: "DropoutGrad",
  compute: (backend, { dy }, attributes) => dropout.compute(backend, { x: dy }, attributes),
};

/** A fused kernel's dropout attributes as the library takes them. */
export function dropoutArguments(attributes: Record<string, unknown>): DropoutArguments {
  const { rate, seed, site, step, first } = attributes as unknown as DropoutAttributes;
  return [rate > 0 ? dropoutThreshold(rate) : 0, dropoutScale(rate), seed, site, step, first];
}

export const NO_DROPOUT: DropoutArguments = [0, 1, 0, 0, 0, 0];
