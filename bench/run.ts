import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DataCollatorWithPadding } from "../lib/src/collators/data-collator-with-padding";
import { loadDataset } from "../lib/src/datasets/load-dataset";
import { argmax } from "../lib/src/evaluation/argmax";
import { AutoModelForSequenceClassification } from "../lib/src/models/auto";
import type { PreTrainedModel } from "../lib/src/models/pretrained-model";
import { AutoTokenizer } from "../lib/src/tokenizers/auto-tokenizer";
import { addDefaultCallback } from "../lib/src/training/callbacks";
import { layerwiseLearningRates } from "../lib/src/training/optimizers/parameter-groups";
import { Trainer } from "../lib/src/training/trainer";
import { TrainingArguments } from "../lib/src/training/training-arguments";
import { startEngine } from "./engine";
import { holdOutSentences } from "./held-out";
import { readOptions } from "./options";
import { makeModel, WORKLOAD } from "./workload";

export const RUN = {
  data: "../shared/data/sst2",
  /** Default: the checkpoint's, or bert-base-uncased's. */
  tokenizer: "",
  /** Fine-tune this one, instead of a new model of so many layers. */
  checkpoint: "",
  layers: 2,
  hidden: 128,
  batch: 16,
  epochs: 3,
  /** A tenth of it suffices to try. */
  rows: 67349,
  lr: 5e-4,
  warmup: 500,
  /** Each layer's learning rate over that of the layer above it. */
  layerDecay: 1,
  smoothing: 0,
  dropout: 0.1,
  /** So many whole sentences of the training rows are kept apart and evaluated instead of dev: to choose arguments by. */
  heldOut: 0,
  precision: "bf16",
  seed: 0,
  engine: "",
};

/**
 * `bench run`: three epochs of SST-2, with a small BERT from scratch or with `--checkpoint`; seconds, and the accuracy
 * after each epoch.
 */
export async function runBenchmark(args: string[]): Promise<object> {
  const options = readOptions(args, RUN);
  const { data, checkpoint, batch, epochs, rows, lr, precision, seed, heldOut } = options;
  const engine = await startEngine(options.engine, precision);
  addDefaultCallback(() => ({}));
  const started = performance.now();
  const tokenize = await AutoTokenizer.fromPretrained(tokenizerOf(options));
  const raw = await loadDataset(data);
  const encode = (texts: Record<string, unknown>) =>
    tokenize(texts.sentence as string[], { truncation: true });
  const taught = raw.train.slice(0, rows);
  const split =
    heldOut > 0 ? holdOutSentences([...taught.column("sentence")] as string[], heldOut) : undefined;
  const train = await (split ? taught.select(split.training) : taught).map(encode, { batched: true });
  const dev = await (split ? taught.select(split.heldOut) : raw.validation).map(encode, { batched: true });
  const outputDir = mkdtempSync(path.join(tmpdir(), "bench-run-"));
  const model = checkpoint ? await fineTuned(options) : makeModel({ ...WORKLOAD, ...sizesOf(options), seed });
  const trainer = new Trainer({
    model,
    parameterGroups: layerwiseLearningRates(model, { learningRate: lr, decay: options.layerDecay }),
    args: new TrainingArguments({
      ...{
        outputDir,
        seed,
        numTrainEpochs: epochs,
        learningRate: lr,
        weightDecay: 0.01,
        warmupSteps: options.warmup,
      },
      ...{ perDeviceTrainBatchSize: batch, perDeviceEvalBatchSize: 64, bf16: precision === "bf16" },
      ...{ evalStrategy: "epoch", saveStrategy: "no", labelSmoothingFactor: options.smoothing },
    }),
    trainDataset: train,
    evalDataset: dev,
    dataCollator: new DataCollatorWithPadding({ tokenizer: tokenize }),
    computeMetrics: ({ predictions, labelIds }) => {
      const right = argmax(predictions).filter((label, row) => label === labelIds[row]).length;
      return { accuracy: right / labelIds.length };
    },
  });
  try {
    const { metrics, globalStep } = await trainer.train();
    const accuracies = trainer.state.logHistory.flatMap((entry) => entry.eval_accuracy ?? []);
    return {
      ...{ engine, precision, steps: globalStep, accuracy_per_epoch: accuracies },
      loss_per_epoch: trainer.state.logHistory.flatMap((entry) => entry.eval_loss ?? []),
      seconds: (performance.now() - started) / 1000,
      train_seconds: metrics.train_runtime,
      steps_per_second: metrics.train_steps_per_second,
      peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  } finally {
    rmSync(outputDir, { recursive: true });
  }
}

/** The folder of the tokenizer that a run uses. */
export const tokenizerOf = ({ tokenizer, checkpoint }: typeof RUN) =>
  tokenizer || checkpoint || path.dirname(WORKLOAD.tokenizer);

const sizesOf = ({ layers, hidden }: typeof RUN) => ({ layers, hidden });

/** The checkpoint with a new head; that it is new is no news here. */
async function fineTuned({ checkpoint, seed, dropout }: typeof RUN): Promise<PreTrainedModel> {
  const { warn } = console;
  console.warn = () => {};
  try {
    const rates = { hiddenDropoutProb: dropout, attentionProbsDropoutProb: dropout };
    return await AutoModelForSequenceClassification.fromPretrained(checkpoint, {
      numLabels: 2,
      seed,
      ...rates,
    });
  } finally {
    console.warn = warn;
  }
}
