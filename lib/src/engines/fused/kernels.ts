import * as tf from "../../tfjs";
import { meanSquaredError, meanSquaredErrorGradient } from "../host/mean-squared-error";
import { unsortedSegmentSum } from "../host/unsorted-segment-sum";
import { registerKernels } from "../kernel";
import { registerKernelGradients } from "../kernel-gradients";
import { gelu, geluNew, tanh } from "./activations";
import { add } from "./add";
import { packedAttention, packedAttentionGradient } from "./attention";
import type { FusedBackend } from "./backend";
import { crossEntropy, crossEntropyGradient } from "./cross-entropy";
import { disentangledBias, disentangledBiasGradient } from "./disentangled-bias";
import { dropout, dropoutGradient } from "./dropout";
import { embeddingsLayerNorm, embeddingsLayerNormGradient } from "./embeddings";
import { encoderLayer, encoderLayerGradient } from "./encoder-layer";
import { geglu, gegluGradient } from "./geglu";
import * as norm from "./layer-norm";
import * as linear from "./linear";
import { batchMatMul } from "./mat-mul";
import type { FusedKernel } from "./fused-kernel";
import { adamw, squaredSum } from "./optimizer";
import { rotaryProjections, rotaryProjectionsGradient } from "./rotary";
import { takeRows, takeRowsGradient } from "./take-rows";

const KERNELS: FusedKernel[] = [
  unsortedSegmentSum,
  meanSquaredError,
  meanSquaredErrorGradient,
  add,
  batchMatMul,
  linear.linear,
  linear.frozenLinear,
  linear.linearInputGradient,
  linear.linearWeightGradient,
  linear.linearBiasGradient,
  gelu.forward,
  gelu.backward,
  geluNew.forward,
  geluNew.backward,
  tanh.forward,
  tanh.backward,
  dropout,
  dropoutGradient,
  norm.layerNorm,
  norm.layerNormGradient,
  norm.dropoutAddLayerNorm,
  norm.dropoutAddLayerNormGradient,
  embeddingsLayerNorm,
  embeddingsLayerNormGradient,
  takeRows,
  takeRowsGradient,
  packedAttention,
  packedAttentionGradient,
  disentangledBias,
  disentangledBiasGradient,
  rotaryProjections,
  rotaryProjectionsGradient,
  geglu,
  gegluGradient,
  crossEntropy,
  crossEntropyGradient,
  encoderLayer,
  encoderLayerGradient,
  squaredSum,
  adamw,
];

/**
 * Registers a backend whose kernels are the cpu backend's, and in place of the hot ones those of a library.
 */
export function registerFusedBackend(name: string, create: () => FusedBackend): void {
  for (const kernel of tf.getKernelsForBackend("cpu")) {
    const kernelFunc: tf.KernelFunc = (call) =>
      (call.backend as FusedBackend).attempt(() => kernel.kernelFunc(call));
    tf.registerKernel({ ...kernel, kernelFunc, backendName: name });
  }
  registerKernels(name, KERNELS, (backend, compute) => {
    const fused = backend as FusedBackend;
    return fused.attempt(() => compute(fused));
  });
  registerKernelGradients();
  tf.registerBackend(name, create);
}
