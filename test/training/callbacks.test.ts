import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../../lib/src/errors";
import type { CallbackContext, CallbackState, TrainerCallback } from "../../lib/src/training/callbacks";
import { EarlyStoppingCallback } from "../../lib/src/training/early-stopping-callback";
import { PrinterCallback } from "../../lib/src/training/printer-callback";
import type { TrainingArgumentsOptions } from "../../lib/src/training/training-arguments";
import { startEngine } from "../engine";
import { temporaryFolder } from "../models/tiny-bert";
import { tinyDataset, tinyTrainer, type TinyRun } from "./tiny-task";

interface Fixture {
  runs: Record<string, [event: string, step: number][]>;
  early_stopping_state: CallbackState;
}

/** What transformers does; see the script beside it. */
const FIXTURE = JSON.parse(
  readFileSync(path.resolve(__dirname, "../fixtures/trainer/callback_events.json"), "utf8"),
) as Fixture;

const EVENTS = [
  ...["onInitEnd", "onTrainBegin", "onEpochBegin", "onStepBegin", "onSubstepEnd", "onPreOptimizerStep"],
  ...["onOptimizerStep", "onStepEnd", "onLog", "onPredictionStep", "onEvaluate", "onPredict", "onSave"],
  ...["onEpochEnd", "onTrainEnd"],
] as const;

describe("callbacks", () => {
  before(() => startEngine("cpu"));

  /** Hears every event and writes it down as Python calls it. */
  function listener(heard: [string, number][]): TrainerCallback {
    const note = (event: string) => [
      event,
      ({ state }: CallbackContext) => {
        heard.push([event.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), state.globalStep]);
      },
    ];
    return Object.fromEntries(EVENTS.map(note)) as TrainerCallback;
  }

  const runs: Record<string, TrainingArgumentsOptions> = {
    epochs: { numTrainEpochs: 2, evalStrategy: "epoch", saveStrategy: "epoch", loggingSteps: 2 },
    steps: {
      maxSteps: 5,
      evalStrategy: "steps",
      evalSteps: 2,
      saveStrategy: "steps",
      saveSteps: 4,
      loggingSteps: 2,
    },
    start: { maxSteps: 2, evalStrategy: "steps", evalSteps: 2, saveStrategy: "no", evalOnStart: true },
  };
  for (const [name, args] of Object.entries(runs)) {
    test(`every event comes when transformers' does: ${name}`, async (context) => {
      const heard: [string, number][] = [];
      const batches = { perDeviceTrainBatchSize: 4, perDeviceEvalBatchSize: 8, gradientAccumulationSteps: 2 };
      const evalDataset = tinyDataset(10);
      const trainer = tinyTrainer(
        { outputDir: temporaryFolder(context), ...batches, ...args },
        { trainDataset: tinyDataset(20), evalDataset, callbacks: [listener(heard)] },
      );
      await trainer.train();
      await trainer.predict(evalDataset);
      assert.deepEqual(heard, FIXTURE.runs[name]);
    });
  }

  test("the context has model, datasets and optimizer, and gradients can be watched", async () => {
    const seen: CallbackContext[] = [];
    const norms: number[] = [];
    const watcher: TrainerCallback = {
      onStepEnd: (context) => void seen.push(context),
      onPreOptimizerStep(_, gradients) {
        const squares = [...gradients.values()].map((gradient) =>
          tf.tidy(() => gradient.square().sum().dataSync()[0]!),
        );
        norms.push(Math.sqrt(squares.reduce((a, b) => a + b)));
      },
    };
    const trainDataset = tinyDataset(40);
    const trainer = tinyTrainer({ maxSteps: 2, loggingSteps: 1 }, { trainDataset, callbacks: [watcher] });
    await trainer.train();
    const [{ model, optimizer, trainDataset: dataset, evalDataset, args }] = seen as [CallbackContext];
    assert.ok(model === trainer.model && dataset === trainDataset && evalDataset && args === trainer.args);
    assert.equal(optimizer!.step, 2);
    const logged = trainer.state.logHistory.flatMap(({ grad_norm }) => grad_norm ?? []);
    assert.equal(norms.length, 2);
    norms.forEach((norm, i) => assert.ok(Math.abs(norm - logged[i]!) < 1e-4 * norm));
  });

  test("they can be added and taken out again, by themselves or by their class", async (context) => {
    const print = context.mock.method(console, "log", () => {});
    const heard: [string, number][] = [];
    const callback = listener(heard);
    const trainer = tinyTrainer({ maxSteps: 1, loggingSteps: 1 }, { callbacks: [new PrinterCallback()] });
    trainer.addCallback(callback);
    assert.equal(trainer.removeCallback(callback), callback);
    assert.equal(trainer.removeCallback(callback), undefined);
    await trainer.train();
    assert.deepEqual(heard, []);
    assert.match(
      String(print.mock.calls[0]!.arguments[0]),
      /^loss 0\.\d+ {2}grad_norm [\d.]+ {2}learning_rate 0\.01 {2}[\d,]+ tokens\/s {2}\d+ % padding saved {2}[\d.]+ GB$/,
    );
    assert.ok(trainer.removeCallback(PrinterCallback) instanceof PrinterCallback);
  });

  describe("EarlyStoppingCallback", () => {
    const ARGS: TrainingArgumentsOptions = {
      ...{ numTrainEpochs: 6, loadBestModelAtEnd: true, metricForBestModel: "quality" },
      evalStrategy: "epoch",
      saveStrategy: "epoch",
    };
    const qualities = (values: number[]): TinyRun["computeMetrics"] => {
      let evaluations = 0;
      return () => ({ quality: values[evaluations++]! });
    };

    for (const [options, values, epochs] of [
      [{}, [0.5, 0.4, 0.9], 2],
      [{ earlyStoppingPatience: 2 }, [0.5, 0.4, 0.6, 0.6, 0.6, 0.9], 5],
      [{ earlyStoppingPatience: 2, earlyStoppingThreshold: 0.2 }, [0.5, 0.6, 0.65, 0.9], 3],
      [{ earlyStoppingPatience: 6 }, [0.5, 0.4, 0.4, 0.4, 0.4, 0.4], 6],
    ] as const) {
      test(`${JSON.stringify(options)} on ${values.join()} ends after epoch ${epochs}`, async (context) => {
        const callbacks = [new EarlyStoppingCallback(options)];
        const run = { callbacks, computeMetrics: qualities([...values]) };
        const trainer = tinyTrainer({ outputDir: temporaryFolder(context), ...ARGS }, run);
        await trainer.train();
        assert.equal(trainer.state.epoch, epochs);
      });
    }

    test("its count goes on with a resumed run, what it was made with on request", async (context) => {
      const outputDir = temporaryFolder(context);
      const first = tinyTrainer(
        { outputDir, ...ARGS, numTrainEpochs: 2 },
        {
          callbacks: [new EarlyStoppingCallback({ earlyStoppingPatience: 2 })],
          computeMetrics: qualities([0.5, 0.4]),
        },
      );
      await first.train();
      context.mock.method(console, "warn", () => {});
      for (const [restoreCallbackStatesFromCheckpoint, epochs] of [
        [false, 5],
        [true, 3],
      ] as const) {
        const args = { outputDir: temporaryFolder(context), ...ARGS, restoreCallbackStatesFromCheckpoint };
        const callbacks = [new EarlyStoppingCallback({ earlyStoppingPatience: 4 })];
        const resumed = tinyTrainer(args, { callbacks, computeMetrics: qualities([0.3, 0.3, 0.3, 0.3]) });
        await resumed.train({ resumeFromCheckpoint: path.join(outputDir, "checkpoint-10") });
        assert.equal(resumed.state.epoch, epochs);
      }
    });

    test("what it keeps is what transformers keeps", () => {
      const callback = new EarlyStoppingCallback({ earlyStoppingPatience: 3, earlyStoppingThreshold: 0.01 });
      assert.deepEqual(callback.exportState(), FIXTURE.early_stopping_state);
    });

    test("without a metric or evaluations, and with options that cannot be, it is an error", async (context) => {
      const args = { outputDir: temporaryFolder(context), maxSteps: 1 };
      const trainer = tinyTrainer(args, { callbacks: [new EarlyStoppingCallback()] });
      await assert.rejects(trainer.train(), /it needs metricForBestModel and an evalStrategy/);
      const refused = (options: object, message: RegExp) =>
        assert.throws(
          () => new EarlyStoppingCallback(options),
          (error) => error instanceof ConfigError && message.test(error.message),
        );
      refused({ earlyStoppingPatience: 0 }, /earlyStoppingPatience is 0/);
      refused({ earlyStoppingThreshold: -1 }, /earlyStoppingThreshold is -1/);
      refused({ patience: 1 }, /no option 'patience'/);
    });
  });
});
