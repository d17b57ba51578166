import type { TrainingArguments } from "finetune-ts";
import type { Displayable } from "./mime";
import { table } from "./tables";

interface Explanation {
  /** What one usually takes, for fine-tuning an encoder. */
  usual: string;
  why: string;
}

/** The arguments that a fine-tune turns on; ranges after Devlin et al. 2019 (appendix A.3) and Mosbach et al. 2021. */
const EXPLANATIONS = {
  numTrainEpochs: {
    usual: "2–5",
    why: "How often each sentence is seen. A pretrained model learns fast; more epochs soon mean learning by heart.",
  },
  maxSteps: {
    usual: "-1",
    why: "Ends the run after so many steps, whatever the epochs; -1 leaves it to the epochs.",
  },
  perDeviceTrainBatchSize: {
    usual: "8–32",
    why: "Sentences per step. Larger batches give steadier gradients, need more memory, and make fewer steps.",
  },
  perDeviceEvalBatchSize: {
    usual: "32–128",
    why: "Evaluation keeps nothing for gradients, so more fits. It changes the speed, not the result.",
  },
  learningRate: {
    usual: "1e-5–1e-4",
    why: "The length of a step: too short and it hardly learns, too long and what was pretrained is lost. From scratch, 3e-4.",
  },
  lrSchedulerType: {
    usual: "linear",
    why: "Falls to 0 in a straight line: long steps first, then ever finer ones.",
  },
  warmupSteps: {
    usual: "5–10 % of all",
    why: "Starts with short steps: the new head is random, and its first gradients would throw the body about.",
  },
  weightDecay: {
    usual: "0.01–0.1",
    why: "Pulls weights (not biases and LayerNorm) towards 0 a little with each step, so that none grows without need.",
  },
  maxGradNorm: { usual: "1", why: "A gradient longer than this is shortened: one odd batch does no harm." },
  evalStrategy: { usual: "epoch", why: "When to look at validation: after each epoch." },
  saveStrategy: {
    usual: "epoch",
    why: "When to write a checkpoint; with loadBestModelAtEnd, whenever it evaluates.",
  },
  loggingSteps: { usual: "10–500", why: "A point of the loss curve is the mean of so many steps." },
  loadBestModelAtEnd: {
    usual: "true",
    why: "Puts back the epoch that did best on validation, where it was not the last.",
  },
  metricForBestModel: { usual: "accuracy, f1", why: "What “best” means." },
  bf16: {
    usual: "true",
    why: "Multiplies matrices in 16-bit brain floats, where the engine can: about twice as fast, with the same result.",
  },
  seed: {
    usual: "42",
    why: "Of the order of sentences and of dropout: the same seed gives the same run, bit for bit.",
  },
} satisfies Partial<Record<keyof TrainingArguments, Explanation>>;

/**
 * The training arguments that matter for a fine-tune, as a table: the value of this run, what one usually takes, and why.
 *
 * @example
 * display(explainArguments(new TrainingArguments({ outputDir: "out", learningRate: 1e-4 })));
 */
export function explainArguments(args: TrainingArguments): Displayable {
  const rows = Object.entries(EXPLANATIONS).map(([argument, { usual, why }]) => ({
    argument,
    "this run": String(args[argument as keyof typeof EXPLANATIONS]),
    usual,
    why,
  }));
  return { toMimeBundle: () => table(rows, { caption: "Training arguments" }).toMimeBundle() };
}
