import * as tf from "../tfjs";

/** A kernel of ours on tensors of a backend. */
export interface Kernel<Backend, Inputs extends string = string> {
  /** An operation of tfjs's, or one of ours (`fused-kernels.ts`). */
  name: string;
  compute: (
    backend: Backend,
    inputs: Record<Inputs, tf.TensorInfo>,
    attributes: Record<string, unknown>,
  ) => tf.TensorInfo | tf.TensorInfo[];
}

/**
 * Registers kernels under a backend's name, in place of what it may have under theirs.
 *
 * @param run calls `compute` with what the kernels see of tfjs's backend
 */
export function registerKernels<Backend>(
  backendName: string,
  kernels: readonly Kernel<Backend>[],
  run: <Result>(backend: object, compute: (backend: Backend) => Result) => Result,
): void {
  for (const { name, compute } of kernels) {
    if (tf.getKernel(name, backendName) !== undefined) tf.unregisterKernel(name, backendName);
    tf.registerKernel({
      kernelName: name,
      backendName,
      kernelFunc: ({ inputs, backend, attrs }) =>
        run(backend, (own) => compute(own, inputs as Record<string, tf.TensorInfo>, attrs ?? {})),
    });
  }
}
