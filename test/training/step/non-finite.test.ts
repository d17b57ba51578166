import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import type { Batch } from "../../../lib/src/collators/batch";
import { TrainingDiverged } from "../../../lib/src/training/step/non-finite";
import { Trainer } from "../../../lib/src/training/trainer";
import {
  TrainingArguments,
  type TrainingArgumentsOptions,
} from "../../../lib/src/training/training-arguments";
import { startEngine } from "../../engine";
import { temporaryFolder, tinyBert } from "../../models/tiny-bert";
import { collate, computeMetrics, tinyDataset, tinyTrainer, weightsOf } from "../tiny-task";

/** A Trainer whose loss at some steps is another number. */
class Faulty extends Trainer {
  private calls = 0;

  constructor(
    args: TrainingArgumentsOptions,
    private readonly factors: Record<number, number>,
  ) {
    super({
      model: tinyBert(),
      args: new TrainingArguments({ learningRate: 1e-2, saveStrategy: "no", ...args }),
      trainDataset: tinyDataset(40),
      dataCollator: collate,
    });
  }

  protected override computeLoss(batch: Batch, labelled: boolean) {
    const output = super.computeLoss(batch, labelled);
    const factor = this.factors[++this.calls];
    return factor === undefined ? output : { ...output, loss: tf.mul<tf.Scalar>(output.loss!, factor) };
  }
}

describe("figures that are not finite", () => {
  before(() => startEngine("cpu"));

  for (const [factor, what] of [
    [NaN, "the loss is NaN"],
    [Infinity, "the loss is Infinity"],
    // The loss still is a number; its gradients overflow.
    [1e38, "the gradient norm is (Infinity|NaN)"],
  ] as const) {
    test(`${what}: training stops before the update and names step, rate and rows`, async (context) => {
      const outputDir = temporaryFolder(context);
      const args = {
        outputDir,
        saveStrategy: "steps",
        saveSteps: 2,
        maxSteps: 10,
        trainSamplingStrategy: "sequential",
      } as const;
      const trainer = new Faulty(args, { 4: factor });
      await assert.rejects(trainer.train(), (error) => {
        assert.ok(error instanceof TrainingDiverged);
        const rows = "24, 25, 26, 27, 28, 29, 30, 31";
        assert.match(
          error.message,
          new RegExp(`^Step 4: ${what}, at a learning rate of 0\\.007, on rows ${rows} of the dataset`),
        );
        return true;
      });
      assert.deepEqual(readdirSync(outputDir), ["checkpoint-2"]);
      const stopped = tinyTrainer(
        { ...args, saveStrategy: "no" },
        {
          callbacks: [
            { onStepEnd: ({ state, control }) => void (control.shouldTrainingStop = state.globalStep === 3) },
          ],
        },
      );
      await stopped.train();
      assert.deepEqual(weightsOf(trainer.model), weightsOf(stopped.model));
    });
  }

  test("skip: the update is left out, the loss not counted, the run goes on", async (context) => {
    const warn = context.mock.method(console, "warn", () => {});
    const trainer = new Faulty({ maxSteps: 6, loggingSteps: 2, nanPolicy: "skip" }, { 4: NaN });
    await trainer.train();
    assert.equal(trainer.state.globalStep, 6);
    assert.match(
      String(warn.mock.calls[0]!.arguments[0]),
      /^Step 4: the loss is NaN.* Its update is left out\.$/,
    );
    assert.ok(weightsOf(trainer.model).every(Number.isFinite));
    const losses = trainer.state.logHistory.flatMap(({ loss }) => loss ?? []);
    assert.equal(losses.length, 3);
    assert.ok(losses.every(Number.isFinite));
  });

  test("ignore: it is said, and done", async (context) => {
    const warn = context.mock.method(console, "warn", () => {});
    const trainer = new Faulty({ maxSteps: 5, nanPolicy: "ignore" }, { 4: NaN });
    await trainer.train();
    assert.match(String(warn.mock.calls[0]!.arguments[0]), /It is made all the same\.$/);
    assert.ok(weightsOf(trainer.model).some(Number.isNaN));
  });

  test("loggingNanInfFilter leaves such losses out of the logged mean, which otherwise is NaN", async (context) => {
    context.mock.method(console, "warn", () => {});
    for (const loggingNanInfFilter of [true, false]) {
      const args = { maxSteps: 5, loggingSteps: 5, nanPolicy: "ignore", loggingNanInfFilter } as const;
      const trainer = new Faulty(args, { 4: NaN });
      await trainer.train();
      const [entry] = trainer.state.logHistory;
      assert.equal(Number.isFinite(entry!.loss), loggingNanInfFilter);
    }
  });

  test("a metric that is NaN is said, and never the best", async (context) => {
    const warn = context.mock.method(console, "warn", () => {});
    let evaluations = 0;
    const trainer = tinyTrainer(
      {
        ...{
          outputDir: temporaryFolder(context),
          numTrainEpochs: 3,
          evalStrategy: "epoch",
          saveStrategy: "epoch",
        },
        ...{ loadBestModelAtEnd: true, metricForBestModel: "quality" },
      },
      {
        computeMetrics: (prediction) => ({
          ...computeMetrics(prediction),
          quality: [NaN, 0.5, NaN][evaluations++]!,
        }),
      },
    );
    await trainer.train();
    assert.deepEqual([trainer.state.bestMetric, trainer.state.bestGlobalStep], [0.5, 10]);
    assert.match(String(warn.mock.calls[0]!.arguments[0]), /^Evaluation at step 5: eval_quality is NaN\./);
  });
});
