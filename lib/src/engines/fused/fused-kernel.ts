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

/** A gradient that a kernel computes. */
export interface KernelGradient {
  /** The kernel whose gradient it is. Kernel `${of}Grad` computes it from the values' gradients and the saved inputs. */
  of: string;
  /** What the gradient kernel calls the gradients of the values. Default: "dy", of the one value. */
  takes?: string[];
  /** Inputs that the gradient kernel takes beside them. */
  saves: string[];
  /** The inputs whose gradients it returns, in this order. */
  returns: string[];
}

/** Gradients that have a kernel each, so that those nobody asks for are not computed. */
export interface SeparateGradients {
  of: string;
  saves: string[];
  /** By the input whose gradient it is: the kernel, and what it takes of the saved inputs beside `dy`. */
  gradients: Record<string, { kernel: string; takes: string[] }>;
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

export function registerKernelGradient({ of, takes = ["dy"], saves, returns }: KernelGradient): void {
  tf.registerGradient({
    kernelName: of,
    inputsToSave: saves,
    gradFunc: (dy, saved, attributes) => {
      const slopes = Array.isArray(dy) ? dy : [dy];
      const inputs: tf.NamedTensorMap = Object.fromEntries(takes.map((name, i) => [name, slopes[i]!]));
      saves.forEach((name, index) => (inputs[name] = saved[index]!));
      const attrs = attributes as unknown as Parameters<ReturnType<typeof tf.engine>["runKernel"]>[2];
      const result = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(`${of}Grad`, inputs, attrs);
      const gradients = Array.isArray(result) ? result : [result];
      return Object.fromEntries(returns.map((name, index) => [name, () => gradients[index]!]));
    },
  });
}

export function registerSeparateGradients({ of, saves, gradients }: SeparateGradients): void {
  tf.registerGradient({
    kernelName: of,
    inputsToSave: saves,
    gradFunc: (dy, saved) => {
      const compute = ({ kernel, takes }: { kernel: string; takes: string[] }) => {
        const inputs: tf.NamedTensorMap = { dy: dy as tf.Tensor };
        for (const name of takes) inputs[name] = saved[saves.indexOf(name)]!;
        return tf.engine().runKernel<tf.Tensor>(kernel, inputs);
      };
      return Object.fromEntries(
        Object.entries(gradients).map(([input, gradient]) => [input, () => compute(gradient)]),
      );
    },
  });
}

/** The cpu backend's kernel of this name, for inputs that a fused one does not take. */
export function cpuKernel(name: string): FusedKernel["compute"] {
  const { kernelFunc } = tf.getKernel(name, "cpu");
  return (backend, inputs, attrs) => kernelFunc({ inputs, backend, attrs: attrs as tf.NamedAttrMap });
}
