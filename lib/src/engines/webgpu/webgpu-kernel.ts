import * as tf from "../../tfjs";
import type { WebGpuBackend } from "./backend";

/** A kernel that runs programs of ours on tensors of the device. */
export interface WebGpuKernel<Inputs extends string = string> {
  name: string;
  compute: (
    backend: WebGpuBackend,
    inputs: Record<Inputs, tf.TensorInfo>,
    attributes: Record<string, unknown>,
  ) => tf.TensorInfo | tf.TensorInfo[];
}

export function registerWebGpuKernel({ name, compute }: WebGpuKernel): void {
  tf.registerKernel({
    kernelName: name,
    backendName: "webgpu",
    kernelFunc: ({ inputs, backend, attrs }) =>
      compute(backend as WebGpuBackend, inputs as Record<string, tf.TensorInfo>, attrs ?? {}),
  });
}
