import * as tf from "@tensorflow/tfjs";
import { registerHostKernels, type HostKernel } from "../host/host-kernel";
import { meanSquaredError, meanSquaredErrorGradient } from "../host/mean-squared-error";
import { unsortedSegmentSum } from "../host/unsorted-segment-sum";
import { add } from "./add";
import { packedAttention, packedAttentionGradient } from "./attention";
import type { NativeBackend } from "./backend";
import { crossEntropy, crossEntropyGradient, gradientOfCrossEntropy } from "./cross-entropy";
import { dropout, dropoutGradient, gradientOfDropout } from "./dropout";
import {
  embeddingsLayerNorm,
  embeddingsLayerNormGradient,
  gradientOfEmbeddingsLayerNorm,
} from "./embeddings";
import { gelu, geluGradient, gradientOfGelu } from "./gelu";
import * as norm from "./layer-norm";
import { gradientOfLinear, linear, linearGradient } from "./linear";
import { batchMatMul } from "./mat-mul";
import { BACKEND, registerKernelGradient, registerNativeKernel, type NativeKernel } from "./native-kernel";
import { adamw, squaredSum } from "./optimizer";
import { gradientOfTakeRows, takeRows, takeRowsGradient } from "./take-rows";

const KERNELS: NativeKernel[] = [
  add,
  batchMatMul,
  linear,
  linearGradient,
  gelu,
  geluGradient,
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
  crossEntropy,
  crossEntropyGradient,
  squaredSum,
  adamw,
];

const GRADIENTS = [
  gradientOfLinear,
  gradientOfGelu,
  gradientOfDropout,
  norm.gradientOfLayerNorm,
  norm.gradientOfDropoutAddLayerNorm,
  gradientOfEmbeddingsLayerNorm,
  gradientOfTakeRows,
  gradientOfCrossEntropy,
];

/** Gives the native backend every kernel: the cpu backend's, and in place of the hot ones those of the addon. */
export function registerNativeKernels(): void {
  for (const kernel of tf.getKernelsForBackend("cpu")) tf.registerKernel({ ...kernel, backendName: BACKEND });
  registerHostKernels(BACKEND, (backend) => backend as NativeBackend, [
    unsortedSegmentSum,
    meanSquaredError,
    meanSquaredErrorGradient,
  ] as HostKernel[]);
  KERNELS.forEach(registerNativeKernel);
  GRADIENTS.forEach(registerKernelGradient);
}
