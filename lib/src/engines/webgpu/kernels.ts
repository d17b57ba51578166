import { registerKernels } from "../kernel";
import { registerKernelGradients } from "../kernel-gradients";
import { adamw } from "./adamw";
import { packedAttention, packedAttentionGradient } from "./attention";
import type { WebGpuBackend } from "./backend";
import { dropout, dropoutGradient } from "./dropout";
import { gelu, geluGradient } from "./gelu";
import * as norm from "./layer-norm";
import { squaredSum } from "./squared-sum";
import { takeRows, takeRowsGradient } from "./take-rows";
import type { WebGpuKernel } from "./webgpu-kernel";

const KERNELS: WebGpuKernel[] = [
  adamw,
  dropout,
  dropoutGradient,
  gelu,
  geluGradient,
  norm.layerNorm,
  norm.layerNormGradient,
  norm.dropoutAddLayerNorm,
  norm.dropoutAddLayerNormGradient,
  packedAttention,
  packedAttentionGradient,
  squaredSum,
  takeRows,
  takeRowsGradient,
];

/** Registers every kernel of this folder, and the gradients that belong to them. */
export function registerWebGpuKernels(): void {
  registerKernels("webgpu", KERNELS, (backend, compute) => compute(backend as WebGpuBackend));
  registerKernelGradients();
}
