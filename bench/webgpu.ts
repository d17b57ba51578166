import { useEngine } from "../lib/src/engines/engines";
import { AdamW } from "../lib/src/training/optimizers/adamw";
import { wholeStep } from "../lib/src/training/step/batch-parts";
import { trainStep } from "../lib/src/training/step/train-step";
import type { SequenceClassificationModel } from "../lib/src/models/heads/sequence-classification";
import * as tf from "../lib/src/tfjs";
import { familyModel } from "./families";
import { readOptions } from "./options";
import { WARM_UP_STEPS } from "./workload";

const DEFAULTS = {
  layers: 6,
  hidden: 384,
  batch: 32,
  tokens: 128,
  steps: 12,
};

type Options = typeof DEFAULTS;

/** What is taken away together, in this order. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  gelu: ["Gelu", "GeluGrad"],
  optimizer: ["AdamW", "SquaredSum"],
  "layer norm and dropout": [
    ...["DropoutAddLayerNorm", "DropoutAddLayerNormGrad", "LayerNorm", "LayerNormGrad"],
    ...["Dropout", "DropoutGrad"],
  ],
  attention: ["PackedAttention", "PackedAttentionGrad"],
  embeddings: ["TakeRows", "TakeRowsGrad"],
};

/**
 * `bench webgpu`: milliseconds of a training step of a BERT in f32 on a graphics device, medians: with every kernel of ours, then with
 * one group of them less at a time, in whose place come the composites of tfjs's operations; at the end these alone.
 *
 * In Node.js it takes the packages `webgpu` and `@tensorflow/tfjs-backend-webgpu`.
 */
export async function webGpuBenchmark(args: string[]): Promise<object> {
  const options = readOptions(args, DEFAULTS);
  await useEngine("webgpu");
  const { layers, hidden, batch, tokens } = options;
  const model = familyModel({ family: "bert", layers, hidden }, 42).train();
  const optimizer = new AdamW(model.namedParameters(), { learningRate: 2e-5, weightDecay: 0.01 });
  const measure = () => medianStep(model, optimizer, options);
  const step_ms: Record<string, number> = { "all kernels": await measure() };
  for (const [group, kernels] of Object.entries(GROUPS)) {
    for (const kernel of kernels) tf.unregisterKernel(kernel, "webgpu");
    step_ms[`without ${group}`] = await measure();
  }
  return { layers, hidden, batch, tokens, step_ms };
}

async function medianStep(
  model: SequenceClassificationModel,
  optimizer: AdamW,
  { batch, tokens, steps }: Options,
): Promise<number> {
  const rows = Array.from({ length: batch }, (_, row) =>
    Array.from({ length: tokens }, (_, column) => 1000 + ((row * 131 + column * 7) % 20000)),
  );
  const labels = rows.map((_, row) => row % 2);
  const milliseconds: number[] = [];
  for (let step = 0; step < steps + WARM_UP_STEPS; step++) {
    const texts = {
      input_ids: tf.tensor2d(rows, undefined, "int32"),
      attention_mask: tf.ones<tf.Rank.R2>([batch, tokens], "int32"),
      labels: tf.tensor1d(labels, "int32"),
    };
    const start = performance.now();
    await trainStep(model, optimizer, wholeStep(texts, step), { maxGradNorm: 1 });
    await finished(model);
    milliseconds.push(performance.now() - start);
  }
  const sorted = milliseconds.slice(WARM_UP_STEPS).sort((a, b) => a - b);
  return Math.round(10 * sorted[sorted.length >> 1]!) / 10;
}

/** The device works behind the program: what an update gave is there when all of it is done. */
async function finished(model: SequenceClassificationModel): Promise<void> {
  const [, parameter] = [...model.namedParameters()].at(-1)!;
  const first = tf.tidy(() => tf.slice(parameter.value.flatten(), [0], [1]));
  await first.data();
  first.dispose();
}
