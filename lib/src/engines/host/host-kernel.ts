import * as tf from "../../tfjs";
import type { HostMemory } from "./host-memory";

/** A kernel in TypeScript over host memory: what the backend `cpu` runs, and others where it is enough. */
export interface HostKernel<Inputs extends string = string> {
  name: string;
  compute: (
    memory: HostMemory,
    inputs: Record<Inputs, tf.TensorInfo>,
    attributes: Record<string, unknown>,
  ) => tf.TensorInfo | tf.TensorInfo[];
}

/** Registers the kernels under a backend's name, in place of what it may have under theirs. */
export function registerHostKernels(
  backendName: string,
  memoryOf: (backend: unknown) => HostMemory,
  kernels: HostKernel[],
): void {
  for (const { name, compute } of kernels) {
    if (tf.getKernel(name, backendName) !== undefined) tf.unregisterKernel(name, backendName);
    tf.registerKernel({
      kernelName: name,
      backendName,
      kernelFunc: ({ inputs, backend, attrs }) =>
        compute(memoryOf(backend), inputs as Record<string, tf.TensorInfo>, attrs ?? {}),
    });
  }
}
