import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { ConfigError } from "../../../lib/src/errors";
import type { ScheduleName, SchedulerOptions } from "../../../lib/src/training/schedules/definitions";
import { getScheduler } from "../../../lib/src/training/schedules/get-scheduler";
import {
  ReduceLrOnPlateau,
  type PlateauOptions,
} from "../../../lib/src/training/schedules/reduce-lr-on-plateau";
import {
  TrainingArguments,
  type TrainingArgumentsOptions,
} from "../../../lib/src/training/training-arguments";
import { startEngine } from "../../engine";
import fixture from "../../fixtures/trainer/schedules.json";
import { assertClose } from "../../ops/against-reference";
import { temporaryFolder } from "../../models/tiny-bert";
import { logsWithoutTimes, tinyTrainer } from "../tiny-task";

const { learningRate, numWarmupSteps, numTrainingSteps } = fixture;

for (const { name, options, factors } of fixture.schedules) {
  test(`${name} with ${JSON.stringify(options)} is transformers'`, () => {
    const schedule = getScheduler(name as ScheduleName, {
      ...{ learningRate, numWarmupSteps, numTrainingSteps },
      ...(options as Partial<SchedulerOptions>),
    });
    assertClose(
      factors.map((_, step) => schedule(step)),
      factors,
      1e-12,
    );
  });
}

for (const { options, metrics, rates } of fixture.plateaus) {
  test(`reduce_lr_on_plateau with ${JSON.stringify(options)} is PyTorch's, also where it is interrupted`, () => {
    let plateau = new ReduceLrOnPlateau(learningRate, options as PlateauOptions);
    for (const [index, metric] of metrics.entries()) {
      plateau.observe(metric);
      assertClose([plateau.factor * learningRate], [rates[index]!], 1e-12);
      const state = plateau.export();
      plateau = new ReduceLrOnPlateau(learningRate, options as PlateauOptions);
      plateau.restore(state);
    }
  });
}

test("what a schedule needs or does not have is said when the arguments are made", () => {
  const refused = (args: TrainingArgumentsOptions, words: RegExp) =>
    assert.throws(
      () => new TrainingArguments(args),
      (error) => error instanceof ConfigError && words.test(error.message),
    );
  refused({ lrSchedulerType: "cosine_with_min_lr" }, /either minLr or minLrRate, not neither/);
  refused(
    { lrSchedulerType: "cosine_with_min_lr", lrSchedulerKwargs: { minLr: 0, minLrRate: 0 } },
    /not both/,
  );
  refused({ lrSchedulerType: "warmup_stable_decay" }, /needs numDecaySteps/);
  refused(
    {
      lrSchedulerType: "warmup_stable_decay",
      lrSchedulerKwargs: { numDecaySteps: 1, decayType: "square" as "linear" },
    },
    /decayType is "square"; there are linear, cosine, 1-sqrt/,
  );
  refused({ lrSchedulerType: "linear", lrSchedulerKwargs: { patience: 3 } }, /no option `patience`/);
  refused({ lrSchedulerType: "reduce_lr_on_plateau" }, /nothing is evaluated/);
  refused(
    { lrSchedulerType: "reduce_lr_on_plateau", evalStrategy: "epoch", lrSchedulerKwargs: { factor: 1 } },
    /factor is 1/,
  );
  refused(
    { lrSchedulerType: "greedy" as "linear" },
    /lrSchedulerType is "greedy"; it has to be one of linear/,
  );
});

describe("reduce_lr_on_plateau in a run", () => {
  before(() => startEngine("native"));

  const args: TrainingArgumentsOptions = {
    ...{
      lrSchedulerType: "reduce_lr_on_plateau",
      lrSchedulerKwargs: { patience: 0, factor: 0.5, threshold: 0.5 },
    },
    ...{ evalStrategy: "steps", evalSteps: 1, loggingSteps: 1, learningRate: 1e-3 },
  };

  test("the learning rate falls after evaluations that are no better", async () => {
    const trainer = tinyTrainer({ ...args, maxSteps: 4 });
    assert.equal(trainer.args.metricForBestModel, "loss");
    await trainer.train();
    // The first evaluation is the best so far, the others not by half.
    assert.deepEqual(
      trainer.state.logHistory.flatMap(({ learning_rate }) => learning_rate ?? []),
      [1e-3, 1e-3, 5e-4, 2.5e-4],
    );
  });

  test("goes on where the run was resumed", async (context) => {
    const outputDir = temporaryFolder(context);
    const run = async (maxSteps: number, resumeFromCheckpoint = false) => {
      const trainer = tinyTrainer({ ...args, maxSteps, outputDir, saveStrategy: "steps", saveSteps: 3 });
      await trainer.train({ resumeFromCheckpoint });
      return logsWithoutTimes(trainer).filter((entry) => !("train_loss" in entry));
    };
    await run(3);
    assert.deepEqual(await run(6, true), await run(6));
  });
});
