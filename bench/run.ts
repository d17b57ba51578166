import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DataCollatorWithPadding } from "../lib/src/collators/data-collator-with-padding";
import { loadDataset } from "../lib/src/datasets/load-dataset";
import { argmax } from "../lib/src/evaluation/argmax";
import { AutoTokenizer } from "../lib/src/tokenizers/auto-tokenizer";
import { addDefaultCallback } from "../lib/src/training/callbacks";
import { Trainer } from "../lib/src/training/trainer";
import { TrainingArguments } from "../lib/src/training/training-arguments";
import { startEngine } from "./engine";
import { readOptions } from "./options";
import { makeModel, WORKLOAD } from "./workload";

export const RUN = {
  data: "../shared/data/sst2",
  tokenizer: path.dirname(WORKLOAD.tokenizer),
  layers: 2,
  hidden: 128,
  batch: 16,
  epochs: 3,
  /** A tenth of it suffices to try. */
  rows: 67349,
  lr: 5e-4,
  precision: "bf16",
  seed: 0,
  engine: "",
};

/** `bench run`: three epochs of SST-2 with a small BERT from scratch; seconds, and the accuracy after each epoch. */
export async function runBenchmark(args: string[]): Promise<object> {
  const options = readOptions(args, RUN);
  const { data, tokenizer, batch, epochs, rows, lr, precision, seed } = options;
  const engine = await startEngine(options.engine, precision);
  addDefaultCallback(() => ({}));
  const started = performance.now();
  const tokenize = await AutoTokenizer.fromPretrained(tokenizer);
  const raw = await loadDataset(data);
  const encode = (texts: Record<string, unknown>) =>
    tokenize(texts.sentence as string[], { truncation: true });
  const train = await raw.train.slice(0, rows).map(encode, { batched: true });
  const dev = await raw.validation.map(encode, { batched: true });
  const outputDir = mkdtempSync(path.join(tmpdir(), "bench-run-"));
  const trainer = new Trainer({
    model: makeModel({ ...WORKLOAD, layers: options.layers, hidden: options.hidden, seed }),
    args: new TrainingArguments({
      ...{ outputDir, seed, numTrainEpochs: epochs, learningRate: lr, weightDecay: 0.01, warmupSteps: 500 },
      ...{ perDeviceTrainBatchSize: batch, perDeviceEvalBatchSize: 64, bf16: precision === "bf16" },
      ...{ evalStrategy: "epoch", saveStrategy: "no" },
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
      seconds: (performance.now() - started) / 1000,
      train_seconds: metrics.train_runtime,
      steps_per_second: metrics.train_steps_per_second,
      peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  } finally {
    rmSync(outputDir, { recursive: true });
  }
}
