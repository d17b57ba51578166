import * as tf from "../../tfjs";
import type { Kernel } from "../kernel";
import type { FusedBackend } from "./backend";

/** A kernel that calls the library on tensors of its backend. */
export type FusedKernel<Inputs extends string = string> = Kernel<FusedBackend, Inputs>;

/** The cpu backend's kernel of this name, for inputs that a fused one does not take. */
export function cpuKernel(name: string): FusedKernel["compute"] {
  const { kernelFunc } = tf.getKernel(name, "cpu");
  return (backend, inputs, attrs) => kernelFunc({ inputs, backend, attrs: attrs as tf.NamedAttrMap });
}
