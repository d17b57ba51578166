import * as tf from "../../tfjs";
import type { FusedBackend } from "./backend";

/** A kernel that calls the library on tensors of its backend. */
export interface FusedKernel<Inputs extends string = string> {
  name: string;
  compute: (
    backend: FusedBackend,
    inputs: Record<Inputs, tf.TensorInfo>,
    attributes: Record<string, unknown>,
  ) => tf.TensorInfo | tf.TensorInfo[];
}

/** Registers a kernel in place of the one that the cpu backend has under its name, if any. */
export function registerFusedKernel(backendName: string, { name, compute }: FusedKernel): void {
  if (tf.getKernel(name, backendName) !== undefined) tf.unregisterKernel(name, backendName);
  tf.registerKernel({
    kernelName: name,
    backendName,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const fused = backend as FusedBackend;
      return fused.attempt(() => compute(fused, inputs as Record<string, tf.TensorInfo>, attrs ?? {}));
    },
  });
}

/** The cpu backend's kernel of this name, for inputs that a fused one does not take. */
export function cpuKernel(name: string): FusedKernel["compute"] {
  const { kernelFunc } = tf.getKernel(name, "cpu");
  return (backend, inputs, attrs) => kernelFunc({ inputs, backend, attrs: attrs as tf.NamedAttrMap });
}
