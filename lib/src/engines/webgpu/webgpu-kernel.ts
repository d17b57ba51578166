import type { Kernel } from "../kernel";
import type { WebGpuBackend } from "./backend";

/** A kernel that runs programs of ours on tensors of the device. */
export type WebGpuKernel<Inputs extends string = string> = Kernel<WebGpuBackend, Inputs>;
