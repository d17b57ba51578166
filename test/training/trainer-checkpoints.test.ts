import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { before, describe, test, type TestContext } from "node:test";
import { CheckpointError, ConfigError } from "../../lib/src/errors";
import { AutoModelForSequenceClassification } from "../../lib/src/models/auto";
import type { TrainingArgumentsOptions } from "../../lib/src/training/training-arguments";
import { startEngine } from "../engine";
import { temporaryFolder, tinyBert } from "../models/tiny-bert";
import { logsWithoutTimes, tinyTrainer, weightsOf, type TinyRun } from "./tiny-task";

const CHECKPOINT_FILES = [
  "config.json",
  "model.safetensors",
  "optimizer.safetensors",
  "run.json",
  "trainer_state.json",
  "training_args.json",
];

describe("the Trainer's checkpoints", () => {
  before(() => startEngine("wasm"));

  /** Trains into a new folder. */
  async function trained(context: TestContext, args: TrainingArgumentsOptions, run: TinyRun = {}) {
    const outputDir = temporaryFolder(context);
    const trainer = tinyTrainer({ outputDir, numTrainEpochs: 3, ...args }, run);
    await trainer.train();
    return { outputDir, trainer, folders: () => readdirSync(outputDir).sort() };
  }

  const stateOf = (folder: string) =>
    JSON.parse(readFileSync(path.join(folder, "trainer_state.json"), "utf8")) as Record<string, unknown>;

  test("one each epoch, with transformers' files and the tokenizer's", async (context) => {
    const processingClass = {
      savePretrained: (folder: string) => writeFile(path.join(folder, "tokenizer.json"), "{}"),
    };
    const { outputDir, folders } = await trained(context, { saveStrategy: "epoch" }, { processingClass });
    assert.deepEqual(folders(), ["checkpoint-10", "checkpoint-15", "checkpoint-5"]);
    const checkpoint = path.join(outputDir, "checkpoint-10");
    assert.deepEqual(readdirSync(checkpoint).sort(), [...CHECKPOINT_FILES, "tokenizer.json"].sort());
    const state = stateOf(checkpoint);
    assert.deepEqual(
      [state.global_step, state.epoch, state.max_steps, state.num_train_epochs],
      [10, 2, 15, 3],
    );
  });

  test("every so many steps, and at the end", async (context) => {
    const { folders } = await trained(context, { saveStrategy: "steps", saveSteps: 4, maxSteps: 10 });
    assert.deepEqual(folders(), ["checkpoint-10", "checkpoint-4", "checkpoint-8"]);
  });

  test("saveTotalLimit keeps the newest ones", async (context) => {
    const { folders } = await trained(context, { saveStrategy: "epoch", saveTotalLimit: 2 });
    assert.deepEqual(folders(), ["checkpoint-10", "checkpoint-15"]);
  });

  /** A metric that is best after a given epoch. */
  const bestAfter = (epoch: number): TinyRun => {
    let evaluations = 0;
    return { computeMetrics: () => ({ quality: ++evaluations === epoch ? 1 : 0 }) };
  };
  const BEST = {
    evalStrategy: "epoch",
    saveStrategy: "epoch",
    loadBestModelAtEnd: true,
    metricForBestModel: "quality",
  } as const;

  test("the best model is there at the end, and its checkpoint outlives the limit", async (context) => {
    const { outputDir, trainer, folders } = await trained(
      context,
      { ...BEST, saveTotalLimit: 2 },
      bestAfter(1),
    );
    assert.deepEqual(folders(), ["checkpoint-15", "checkpoint-5"]);
    const { bestMetric, bestGlobalStep, bestModelCheckpoint } = trainer.state;
    assert.deepEqual([bestMetric, bestGlobalStep], [1, 5]);
    assert.equal(bestModelCheckpoint, path.join(outputDir, "checkpoint-5"));
    const best = await AutoModelForSequenceClassification.fromPretrained(bestModelCheckpoint);
    assert.deepEqual(weightsOf(trainer.model), weightsOf(best));
    assert.equal(stateOf(path.join(outputDir, "checkpoint-15")).best_metric, 1);
  });

  test("with a limit of one, the best one alone is left at the end", async (context) => {
    const { folders } = await trained(context, { ...BEST, saveTotalLimit: 1 }, bestAfter(2));
    assert.deepEqual(folders(), ["checkpoint-10"]);
  });

  test("an output folder spelt in another way is the same one", async (context) => {
    const outputDir = `${temporaryFolder(context)}/./out//`;
    const trainer = tinyTrainer({ outputDir, numTrainEpochs: 3, saveTotalLimit: 2, ...BEST }, bestAfter(1));
    await trainer.train();
    assert.deepEqual(readdirSync(outputDir).sort(), ["checkpoint-15", "checkpoint-5"]);
  });

  test("a smaller loss is better, unless told otherwise", async (context) => {
    const { trainer } = await trained(context, { ...BEST, metricForBestModel: undefined });
    const losses = trainer.state.logHistory
      .filter((entry) => "eval_loss" in entry)
      .map((entry) => entry.eval_loss!);
    assert.equal(trainer.state.bestMetric, Math.min(...losses));
  });

  test("a metric that nobody computes is an error that lists those there are", async (context) => {
    await assert.rejects(
      trained(context, { ...BEST, metricForBestModel: "f1" }),
      (error) =>
        error instanceof ConfigError &&
        /'f1', but there is only eval_loss, eval_accuracy/.test(error.message),
    );
  });

  for (const [name, args, checkpoint] of [
    ["between two epochs", { saveStrategy: "epoch" }, "checkpoint-5"],
    ["in the middle of an epoch", { saveStrategy: "steps", saveSteps: 7 }, "checkpoint-7"],
    [
      "with accumulation",
      { saveStrategy: "steps", saveSteps: 4, gradientAccumulationSteps: 2 },
      "checkpoint-4",
    ],
  ] as const) {
    test(`a run resumed ${name} is the unbroken run, bit for bit`, async (context) => {
      const common = { ...args, loggingSteps: 2, evalStrategy: "epoch", warmupSteps: 3 } as const;
      const { outputDir, trainer: unbroken } = await trained(context, common);
      const resumed = tinyTrainer(
        { outputDir: temporaryFolder(context), numTrainEpochs: 3, ...common },
        // Other weights than those of the first run: the checkpoint has to bring them.
        { model: tinyBert({}, 1234) },
      );
      await resumed.train({ resumeFromCheckpoint: path.join(outputDir, checkpoint) });
      assert.deepEqual(logsWithoutTimes(resumed), logsWithoutTimes(unbroken));
      assert.deepEqual(weightsOf(resumed.model), weightsOf(unbroken.model));
    });
  }

  test("the output folder is made when something is written, and not before", async (context) => {
    const outputDir = path.join(temporaryFolder(context), "run");
    const trainer = tinyTrainer({ outputDir, maxSteps: 1 });
    await trainer.train();
    assert.ok(!existsSync(outputDir));
    await trainer.saveModel();
    assert.ok(existsSync(outputDir));
  });

  test("resumeFromCheckpoint: true takes the newest", async (context) => {
    const { outputDir, trainer } = await trained(context, { saveStrategy: "epoch", loggingSteps: 1 });
    const longer = tinyTrainer({ outputDir, numTrainEpochs: 4, saveStrategy: "epoch", loggingSteps: 1 });
    await longer.train({ resumeFromCheckpoint: true });
    assert.equal(longer.state.globalStep, 20);
    assert.deepEqual(longer.state.logHistory.slice(0, 15), trainer.state.logHistory.slice(0, 15));
    assert.ok(existsSync(path.join(outputDir, "checkpoint-20")));
  });

  test("nothing to resume from is an error", async (context) => {
    const outputDir = temporaryFolder(context);
    await assert.rejects(
      tinyTrainer({ outputDir }).train({ resumeFromCheckpoint: true }),
      /no complete checkpoint in/,
    );
    await assert.rejects(
      tinyTrainer({ outputDir }).train({ resumeFromCheckpoint: path.join(outputDir, "checkpoint-1") }),
      CheckpointError,
    );
  });

  test("saveModel writes model and tokenizer", async (context) => {
    const folder = path.join(temporaryFolder(context), "model");
    const processingClass = {
      savePretrained: (directory: string) => writeFile(path.join(directory, "tokenizer.json"), "{}"),
    };
    await tinyTrainer({}, { processingClass }).saveModel(folder);
    assert.deepEqual(readdirSync(folder).sort(), ["config.json", "model.safetensors", "tokenizer.json"]);
  });
});
