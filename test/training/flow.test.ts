import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { before, describe, test, type TestContext } from "node:test";
import { setProgressReporter } from "../../lib/src/progress";
import { ProgressCallback } from "../../lib/src/training/progress-callback";
import type { TrainingArgumentsOptions } from "../../lib/src/training/training-arguments";
import { startEngine } from "../engine";
import { temporaryFolder } from "../models/tiny-bert";
import { tinyTrainer, type TinyRun } from "./tiny-task";

describe("when a run logs, evaluates and saves", () => {
  before(() => startEngine("cpu"));

  /** 5 steps an epoch. */
  async function run(context: TestContext, args: TrainingArgumentsOptions, more: TinyRun = {}) {
    const outputDir = temporaryFolder(context);
    const trainer = tinyTrainer({ outputDir, ...args }, more);
    await trainer.train();
    const stepsWith = (figure: string) =>
      trainer.state.logHistory.filter((entry) => figure in entry).map(({ step }) => step);
    const saved = () =>
      readdirSync(outputDir)
        .map((folder) => Number(folder.replace("checkpoint-", "")))
        .sort((a, b) => a - b);
    return {
      outputDir,
      trainer,
      logged: stepsWith("loss"),
      evaluated: stepsWith("eval_loss"),
      saved: saved(),
    };
  }

  test("below 1, steps are shares of all of them, rounded up", async (context) => {
    const args = { loggingSteps: 0.1, evalSteps: 0.25, saveSteps: 0.5, maxSteps: 18 };
    const { logged, evaluated, saved } = await run(context, {
      ...args,
      evalStrategy: "steps",
      saveStrategy: "steps",
    });
    assert.deepEqual(logged, [2, 4, 6, 8, 10, 12, 14, 16, 18]);
    assert.deepEqual(evaluated, [5, 10, 15, 18]);
    assert.deepEqual(saved, [9, 18]);
  });

  test("a best model is kept by shares too", async (context) => {
    const args = {
      evalStrategy: "steps",
      evalSteps: 0.1,
      saveStrategy: "steps",
      saveSteps: 0.3,
      maxSteps: 20,
    } as const;
    const { trainer, saved } = await run(context, { ...args, loadBestModelAtEnd: true });
    assert.deepEqual(saved, [6, 12, 18, 20]);
    assert.ok(trainer.state.bestMetric !== null);
  });

  test("evalOnStart evaluates the model as it comes, which is no best one", async (context) => {
    const args = {
      evalOnStart: true,
      evalStrategy: "epoch",
      saveStrategy: "epoch",
      numTrainEpochs: 2,
    } as const;
    const { trainer, evaluated } = await run(context, { ...args, loadBestModelAtEnd: true });
    assert.deepEqual(evaluated, [0, 5, 10]);
    assert.equal(trainer.state.logHistory[0]!.epoch, 0);
    assert.ok(trainer.state.bestGlobalStep! > 0);
  });

  test("evalDelay counts steps or epochs", async (context) => {
    const bySteps = { evalStrategy: "steps", evalSteps: 3, evalDelay: 5, maxSteps: 10 } as const;
    assert.deepEqual((await run(context, { ...bySteps, saveStrategy: "no" })).evaluated, [6, 9, 10]);
    const byEpochs = { evalStrategy: "epoch", evalDelay: 2, numTrainEpochs: 3 } as const;
    assert.deepEqual((await run(context, byEpochs)).evaluated, [10, 15]);
  });

  test("saveStrategy 'best' saves whenever an evaluation is the best so far", async (context) => {
    const qualities = [0.5, 0.4, 0.7, 0.6];
    let evaluations = 0;
    const args = {
      evalStrategy: "epoch",
      saveStrategy: "best",
      metricForBestModel: "quality",
      numTrainEpochs: 4,
    } as const;
    const metrics = { computeMetrics: () => ({ quality: qualities[evaluations++]! }) };
    const { outputDir, trainer, saved } = await run(context, { ...args, loadBestModelAtEnd: true }, metrics);
    assert.deepEqual(saved, [5, 15]);
    assert.equal(trainer.state.bestModelCheckpoint, path.join(outputDir, "checkpoint-15"));
  });

  test("saveOnlyModel leaves the optimizer out", async (context) => {
    const { outputDir } = await run(context, {
      saveStrategy: "epoch",
      numTrainEpochs: 1,
      saveOnlyModel: true,
    });
    const has = (file: string) => existsSync(path.join(outputDir, "checkpoint-5", file));
    assert.deepEqual([has("model.safetensors"), has("optimizer.safetensors")], [true, false]);
  });

  test("disableTqdm shows no bar, neither in training nor in evaluations", async (context) => {
    const bars: string[] = [];
    setProgressReporter(({ label }) => {
      bars.push(label);
      return { update() {}, finish() {} };
    });
    context.after(() => setProgressReporter());
    context.mock.method(console, "log", () => {});
    const args = { evalStrategy: "epoch", numTrainEpochs: 1, saveStrategy: "no" } as const;
    for (const disableTqdm of [true, false]) {
      await run(context, { ...args, disableTqdm }, { callbacks: [new ProgressCallback()] });
      assert.deepEqual(bars, disableTqdm ? [] : ["Training", "Evaluating"]);
    }
  });
});
