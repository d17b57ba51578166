/**
 * What a rank of the tests runs: it trains a tiny task as its first argument says, and writes what came of it into a file for each
 * rank.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { DataCollatorForLanguageModeling } from "../../lib/src/collators/data-collator-for-language-modeling";
import type { EngineName } from "../../lib/src/engines/engine";
import { launch } from "../../lib/src/launch";
import { BertConfig, type BertConfigOptions } from "../../lib/src/models/bert/configuration";
import { BertForMaskedLM } from "../../lib/src/models/bert/for-masked-lm";
import { BertTokenizer } from "../../lib/src/tokenizers/bert-tokenizer";
import type { TrainerCallback } from "../../lib/src/training/callbacks";
import type { TrainingArgumentsOptions } from "../../lib/src/training/training-arguments";
import { startEngine } from "../engine";
import { TINY, tinyBert } from "../models/tiny-bert";
import { computeMetrics, logsWithoutTimes, tinyDataset, tinyTrainer, weightsOf } from "../training/tiny-task";

export interface RankOptions {
  engine: EngineName;
  args: TrainingArgumentsOptions;
  model?: BertConfigOptions;
  /** Rows of the training data. Default 40. */
  rows?: number;
  /** "classification" by default. */
  task?: "classification" | "masked-lm";
  resume?: boolean | string;
  /** Folder for the results, `rank-<n>.json`. */
  results: string;
  /** What a rank does that others do not. */
  odd?: {
    rank: number;
    what: "data" | "seed" | "throw" | "exit" | "spin" | "stop" | "signal" | "control";
    step?: number;
  };
}

export interface RankResults {
  losses: number[];
  logs: Record<string, number>[];
  /** SHA-256. */
  weights: string;
  /** Of the evaluation's rows. */
  predictions: number[];
  metrics: Record<string, number>;
  interrupted?: string;
  tensors: number;
  steps: number;
}

/** Notes the loss of every step, and does what is odd. */
class Observer implements TrainerCallback {
  readonly losses: number[] = [];

  constructor(private readonly odd: RankOptions["odd"]) {}

  onLog(_context: unknown, logs: Record<string, number>): void {
    if (logs.loss !== undefined) this.losses.push(logs.loss);
  }

  onStepEnd({ state, control }: Parameters<NonNullable<TrainerCallback["onStepEnd"]>>[0]): void {
    const { odd } = this;
    if (odd?.rank !== (launch()?.rank ?? 0) || state.globalStep !== (odd?.step ?? 3)) return;
    if (odd?.what === "throw") throw new Error("this rank has had enough");
    if (odd?.what === "exit") process.exit(0);
    if (odd?.what === "spin") for (;;);
    if (odd?.what === "stop") process.kill(process.pid, "SIGSTOP");
    if (odd?.what === "signal") process.kill(process.pid, "SIGTERM");
    if (odd?.what === "control") control.shouldTrainingStop = true;
  }
}

/** As many words as the tiny task's ids need. */
const VOCABULARY = [
  ...["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
  ...Array.from({ length: 25 }, (_, index) => `word${index}`),
];

async function main(options: RankOptions): Promise<void> {
  const { engine, rows = 40, odd } = options;
  const rank = launch()?.rank ?? 0;
  const isOdd = odd?.rank === rank;
  await startEngine(engine);
  const observer = new Observer(odd);
  const args = { loggingSteps: 1, ...options.args, ...(isOdd && odd.what === "seed" && { seed: 43 }) };
  const trainDataset = tinyDataset(rows, isOdd && odd.what === "data" ? 9 : 1);
  const setup = { trainDataset, callbacks: [observer], modelOptions: options.model };
  const tokenizer = BertTokenizer.fromVocab(VOCABULARY);
  const trainer =
    options.task === "masked-lm"
      ? tinyTrainer(args, {
          ...setup,
          model: new BertForMaskedLM(
            new BertConfig({ ...TINY, initializerRange: 0.3, ...options.model }),
            5,
          ).initializeWeights(),
          dataCollator: new DataCollatorForLanguageModeling({ tokenizer, mlmProbability: 0.3 }),
          computeMetrics: undefined,
        })
      : tinyTrainer(args, { ...setup, model: tinyBert(options.model), computeMetrics });
  const before = tf.memory().numTensors;
  const { interrupted, globalStep } = await trainer.train({ resumeFromCheckpoint: options.resume ?? false });
  const weights = weightsOf(trainer.model);
  const { predictions } = await trainer.predict(tinyDataset(23, 4));
  const metrics = interrupted ? {} : await trainer.evaluate(tinyDataset(23, 4));
  const results: RankResults = {
    losses: observer.losses,
    logs: logsWithoutTimes(trainer),
    weights: createHash("sha256")
      .update(new Uint8Array(Float32Array.from(weights).buffer))
      .digest("hex"),
    predictions: [...predictions.data],
    metrics: Object.fromEntries(
      Object.entries(metrics).filter(([name]) => !/_(runtime|per_second)$/.test(name)),
    ),
    ...(interrupted && { interrupted }),
    tensors: tf.memory().numTensors - before,
    steps: globalStep,
  };
  writeFileSync(path.join(options.results, `rank-${rank}.json`), JSON.stringify(results));
}

if (require.main === module) void main(JSON.parse(process.argv[2]!) as RankOptions);
