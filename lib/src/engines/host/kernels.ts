import { adamw } from "./adamw";
import type { HostKernel } from "./host-kernel";
import { meanSquaredError, meanSquaredErrorGradient } from "./mean-squared-error";
import { packedAttention, packedAttentionGrad } from "./packed-attention";
import { squaredSum } from "./squared-sum";
import { unsortedSegmentSum } from "./unsorted-segment-sum";

/** Every kernel of this folder. */
export const hostKernels: HostKernel[] = [
  unsortedSegmentSum,
  squaredSum,
  adamw,
  meanSquaredError,
  meanSquaredErrorGradient,
  packedAttention,
  packedAttentionGrad,
];
