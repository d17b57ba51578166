import type { TensorInfo } from "@tensorflow/tfjs-core";
import { dropoutMask } from "../../random";
import type { PackedAttentionSettings } from "../fused-kernels";
import type { HostKernel } from "./host-kernel";
import type { HostMemory } from "./host-memory";

/** Where one head of one sequence lies. */
interface HeadSpan {
  /** First element of the head in the sequence's first row of q, k, v. */
  base: number;
  /** First element of its weights, [length, length]. */
  weights: number;
  length: number;
}

/** Visits the heads in the order in which their attention weights are stored and their random numbers counted. */
function forEachHead(
  hidden: number,
  { offsets, heads }: PackedAttentionSettings,
  visit: (span: HeadSpan) => void,
): void {
  let weights = 0;
  for (let s = 0; s + 1 < offsets.length; s++) {
    const length = offsets[s + 1]! - offsets[s]!;
    for (let head = 0; head < heads; head++, weights += length * length) {
      visit({ base: offsets[s]! * hidden + (head * hidden) / heads, weights, length });
    }
  }
}

function countWeights({ offsets, heads }: PackedAttentionSettings): number {
  let count = 0;
  for (let s = 0; s + 1 < offsets.length; s++) count += heads * (offsets[s + 1]! - offsets[s]!) ** 2;
  return count;
}

/** Factors of dropout on the attention weights; undefined where nothing is dropped. */
function weightsMask(
  count: number,
  { dropoutRate, seed, site, step, first }: PackedAttentionSettings,
): Float32Array | undefined {
  return dropoutRate > 0 ? dropoutMask(count, dropoutRate, { seed, site, step, first }) : undefined;
}

// The inner loops take four elements a turn: V8 does not unroll, and checking bounds costs as much as multiplying.

function dot(a: Float32Array, fromA: number, b: Float32Array, fromB: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    s0 += a[fromA + i]! * b[fromB + i]!;
    s1 += a[fromA + i + 1]! * b[fromB + i + 1]!;
    s2 += a[fromA + i + 2]! * b[fromB + i + 2]!;
    s3 += a[fromA + i + 3]! * b[fromB + i + 3]!;
  }
  for (; i < length; i++) s0 += a[fromA + i]! * b[fromB + i]!;
  return s0 + s1 + (s2 + s3);
}

/** y += factor * x */
function addScaled(
  y: Float32Array,
  fromY: number,
  factor: number,
  x: Float32Array,
  fromX: number,
  length: number,
): void {
  let i = 0;
  for (; i + 3 < length; i += 4) {
    y[fromY + i]! += factor * x[fromX + i]!;
    y[fromY + i + 1]! += factor * x[fromX + i + 1]!;
    y[fromY + i + 2]! += factor * x[fromX + i + 2]!;
    y[fromY + i + 3]! += factor * x[fromX + i + 3]!;
  }
  for (; i < length; i++) y[fromY + i]! += factor * x[fromX + i]!;
}

/** In place, over `length` elements. */
function softmax(x: Float32Array, from: number, length: number): void {
  let largest = -Infinity;
  for (let i = from; i < from + length; i++) largest = Math.max(largest, x[i]!);
  let sum = 0;
  for (let i = from; i < from + length; i++) {
    const value = Math.exp(x[i]! - largest);
    x[i] = value;
    sum += value;
  }
  for (let i = from; i < from + length; i++) x[i]! /= sum;
}

/** Outputs: the context [tokens, hidden], and the attention weights before dropout, packed one head after the other. */
export const packedAttention: HostKernel<"q" | "k" | "v" | "bias"> = {
  name: "PackedAttention",
  compute(memory, inputs, attributes) {
    const settings = attributes as unknown as PackedAttentionSettings;
    const [tokens, hidden] = inputs.q.shape as [number, number];
    const count = countWeights(settings);
    const outputs: TensorInfo[] = [
      memory.allocate([tokens, hidden], "float32"),
      memory.allocate([count], "float32"),
    ];
    const [context, weights] = outputs.map((output) => memory.float32(output)) as [
      Float32Array,
      Float32Array,
    ];
    const [q, k, v] = [memory.float32(inputs.q), memory.float32(inputs.k), memory.float32(inputs.v)];
    const mask = weightsMask(count, settings);
    const bias = optional(memory, inputs.bias);
    const { heads, scale } = settings;
    const width = hidden / heads;
    context.fill(0);
    forEachHead(hidden, settings, ({ base, weights: first, length }) => {
      for (let i = 0; i < length; i++) {
        const row = first + i * length;
        const query = base + i * hidden;
        for (let j = 0; j < length; j++) {
          const score = scale * dot(q, query, k, base + j * hidden, width);
          weights[row + j] = isSeen(i, j, settings) ? score + (bias ? bias[row + j]! : 0) : -Infinity;
        }
        softmax(weights, row, length);
        for (let j = 0; j < length; j++) {
          const weight = weights[row + j]! * (mask ? mask[row + j]! : 1);
          if (weight !== 0) addScaled(context, query, weight, v, base + j * hidden, width);
        }
      }
    });
    return outputs;
  },
};

/** Whether a token sees another. */
const isSeen = (from: number, to: number, { window }: PackedAttentionSettings) =>
  window === 0 || Math.abs(from - to) <= window;

/** The values of an input that may be missing. */
const optional = (memory: HostMemory, tensor: TensorInfo | undefined) =>
  tensor ? memory.float32(tensor) : undefined;

/** From the gradient `dy` of the context to those of q, k, v and the bias, where there is one. */
export const packedAttentionGrad: HostKernel<"dy" | "q" | "k" | "v" | "bias" | "weights"> = {
  name: "PackedAttentionGrad",
  compute(memory, inputs, attributes) {
    const settings = attributes as unknown as PackedAttentionSettings;
    const hidden = inputs.q.shape[1]!;
    // A kernel's inputs may be missing.
    const bias = inputs.bias as TensorInfo | undefined;
    const { q: shaped } = inputs;
    const outputs = [shaped, shaped, shaped, ...(bias ? [bias] : [])].map(({ shape }) =>
      memory.allocate(shape, "float32"),
    );
    const [dq, dk, dv, dbias] = outputs.map((output) => memory.float32(output).fill(0)) as [
      ...[Float32Array, Float32Array, Float32Array],
      Float32Array | undefined,
    ];
    const [q, k, v] = [memory.float32(inputs.q), memory.float32(inputs.k), memory.float32(inputs.v)];
    const dy = memory.float32(inputs.dy);
    const weights = memory.float32(inputs.weights);
    const mask = weightsMask(weights.length, settings);
    const { heads, scale } = settings;
    const width = hidden / heads;
    const longest = Math.max(
      ...settings.offsets.map((offset, s) => (settings.offsets[s + 1] ?? offset) - offset),
    );
    const dWeights = new Float64Array(longest);
    forEachHead(hidden, settings, ({ base, weights: first, length }) => {
      for (let i = 0; i < length; i++) {
        const row = first + i * length;
        const query = base + i * hidden;
        let mean = 0;
        for (let j = 0; j < length; j++) {
          const kept = mask ? mask[row + j]! : 1;
          const weight = weights[row + j]!;
          dWeights[j] = kept === 0 ? 0 : kept * dot(dy, query, v, base + j * hidden, width);
          mean += dWeights[j]! * weight;
          if (kept !== 0) addScaled(dv, base + j * hidden, kept * weight, dy, query, width);
        }
        for (let j = 0; j < length; j++) {
          const dBiased = weights[row + j]! * (dWeights[j]! - mean);
          if (dbias) dbias[row + j] = dBiased;
          const dScore = scale * dBiased;
          addScaled(dq, query, dScore, k, base + j * hidden, width);
          addScaled(dk, base + j * hidden, dScore, q, query, width);
        }
      }
    });
    return outputs;
  },
};
