import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { currentEngine } from "../../lib/src/engines/engines";
import { ConfigError } from "../../lib/src/errors";
import type { TrainerCallback } from "../../lib/src/training/callbacks";
import type { TrainerDataset } from "../../lib/src/training/data-loader";
import { onEachEngine } from "../engine";
import { assertClose } from "../ops/against-reference";
import { datasetOf, tinyDataset, tinyTrainer, weightsOf } from "./tiny-task";

const NO_DROPOUT = { hiddenDropoutProb: 0, attentionProbsDropoutProb: 0 };

/** A figure of each entry of the history that has it. */
const figures = (trainer: { state: { logHistory: { [name: string]: number }[] } }, name: string) =>
  trainer.state.logHistory.filter((entry) => name in entry).map((entry) => entry[name]!);

onEachEngine("Trainer", (engine) => {
  test("learns, and does not leave dropout on", async () => {
    const trainer = tinyTrainer(
      { numTrainEpochs: 8 },
      { trainDataset: tinyDataset(80), modelOptions: NO_DROPOUT },
    );
    const before = await trainer.evaluate();
    const { globalStep, trainingLoss } = await trainer.train();
    const after = await trainer.evaluate();
    assert.equal(globalStep, 80);
    assert.ok(after.eval_loss! < before.eval_loss! / 2, `${before.eval_loss} to ${after.eval_loss}`);
    assert.ok(after.eval_accuracy! >= 0.9, `accuracy ${after.eval_accuracy}`);
    assert.ok(trainingLoss > 0);
    assert.equal(trainer.model.training, false);
  });

  test("the same seed gives the same run, another seed another", async () => {
    const losses = async (seed: number) => {
      const trainer = tinyTrainer({ maxSteps: 4, loggingSteps: 1, seed });
      await trainer.train();
      return [...figures(trainer, "loss"), ...weightsOf(trainer.model)];
    };
    const first = await losses(1);
    assert.deepEqual(await losses(1), first);
    assert.notDeepEqual(await losses(2), first);
  });

  test("gradient accumulation is one big batch", async () => {
    const run = async (perDeviceTrainBatchSize: number, gradientAccumulationSteps: number) => {
      const trainer = tinyTrainer(
        { perDeviceTrainBatchSize, gradientAccumulationSteps, numTrainEpochs: 1, loggingSteps: 1 },
        { modelOptions: NO_DROPOUT, trainDataset: tinyDataset(48) },
      );
      await trainer.train();
      return trainer;
    };
    const [whole, parts] = [await run(8, 1), await run(2, 4)];
    assertClose(figures(parts, "loss"), figures(whole, "loss"), 1e-5);
    assertClose(figures(parts, "grad_norm"), figures(whole, "grad_norm"), 1e-4);
    assert.equal(parts.state.globalStep, 6);
  });

  test("tensors do not leak: as many after 100 steps as after 10", async () => {
    const counts = new Map<number, number>();
    const counter: TrainerCallback = {
      onStepEnd: ({ state }) => void counts.set(state.globalStep, tf.memory().numTensors),
    };
    const trainer = tinyTrainer(
      { maxSteps: 100, gradientAccumulationSteps: 2, evalStrategy: "steps", evalSteps: 30, loggingSteps: 7 },
      { callbacks: [counter], modelOptions: { numHiddenLayers: 1 } },
    );
    const before = tf.memory().numTensors;
    await trainer.train();
    assert.equal(counts.get(100), counts.get(10));
    assert.equal(tf.memory().numTensors, before, "after the run");
  });

  if (engine === "cpu") return;

  test("logs what transformers logs, in its order", async () => {
    const trainer = tinyTrainer({
      numTrainEpochs: 2,
      loggingSteps: 2,
      evalStrategy: "epoch",
      warmupSteps: 2,
    });
    const { metrics } = await trainer.train();
    const kinds = trainer.state.logHistory.map((entry) => {
      const kind = "loss" in entry ? "loss" : "eval_loss" in entry ? "eval" : "train";
      return `${kind} ${entry.step} ${Number(entry.epoch.toFixed(4))}`;
    });
    assert.deepEqual(kinds, [
      ...["loss 2 0.4", "loss 4 0.8", "eval 5 1"],
      ...["loss 6 1.2", "loss 8 1.6", "loss 10 2", "eval 10 2", "train 10 2"],
    ]);
    const [loss, , evaluation] = trainer.state.logHistory;
    assert.deepEqual(Object.keys(loss!), ["loss", "grad_norm", "learning_rate", "epoch", "step"]);
    assert.deepEqual(Object.keys(evaluation!), [
      ...["eval_loss", "eval_accuracy", "eval_runtime", "eval_samples_per_second", "eval_steps_per_second"],
      ...["epoch", "step"],
    ]);
    assert.deepEqual(Object.keys(metrics), [
      ...["train_runtime", "train_samples_per_second", "train_steps_per_second", "train_loss"],
    ]);
    // The learning rate of the step itself: 0 at the first one, the peak at the third.
    assertClose(figures(trainer, "learning_rate"), [0.5e-2, 0.875e-2, 0.625e-2, 0.375e-2, 0.125e-2], 1e-9);
  });

  test("the logged loss is the mean since the last entry", async () => {
    const [each, pairs] = [
      tinyTrainer({ maxSteps: 4, loggingSteps: 1 }),
      tinyTrainer({ maxSteps: 4, loggingSteps: 2, loggingFirstStep: true }),
    ];
    await each.train();
    const { trainingLoss } = await pairs.train();
    const losses = figures(each, "loss");
    const mean = (...values: number[]) => values.reduce((a, b) => a + b) / values.length;
    assertClose(figures(pairs, "loss"), [losses[0]!, losses[1]!, mean(losses[2]!, losses[3]!)], 1e-6);
    assertClose([trainingLoss], [mean(...losses)], 1e-6);
  });

  test("epochs are counted in batches, the last step of one may have fewer", async () => {
    const trainer = tinyTrainer({ gradientAccumulationSteps: 2, numTrainEpochs: 2, loggingSteps: 1 });
    await trainer.train();
    const entries = trainer.state.logHistory.filter((entry) => "loss" in entry);
    assertClose(
      entries.map(({ epoch }) => epoch),
      [0.4, 0.8, 1, 1.4, 1.8, 2],
      1e-9,
    );
    assert.equal(trainer.state.maxSteps, 6);
  });

  test("maxSteps overrides epochs in both directions; epochs may be fractions", async () => {
    const steps = async (args: Parameters<typeof tinyTrainer>[0]) => {
      const trainer = tinyTrainer(args);
      await trainer.train();
      return [trainer.state.globalStep, trainer.state.numTrainEpochs, Number(trainer.state.epoch.toFixed(3))];
    };
    assert.deepEqual(await steps({ maxSteps: 2 }), [2, 1, 0.4]);
    assert.deepEqual(await steps({ maxSteps: 12, numTrainEpochs: 1 }), [12, 3, 2.4]);
    assert.deepEqual(await steps({ numTrainEpochs: 0.5 }), [3, 1, 0.6]);
    assert.deepEqual(await steps({ numTrainEpochs: 1, perDeviceTrainBatchSize: 16 }), [3, 1, 1]);
    assert.deepEqual(
      await steps({ numTrainEpochs: 1, perDeviceTrainBatchSize: 16, dataloaderDropLast: true }),
      [2, 1, 1],
    );
  });

  test("clipping scales the step, not the norm that is logged", async () => {
    const run = async (maxGradNorm: number) => {
      const trainer = tinyTrainer({ maxSteps: 1, maxGradNorm, adamEpsilon: 1, loggingSteps: 1 });
      const before = weightsOf(trainer.model);
      await trainer.train();
      const moved = Math.hypot(...weightsOf(trainer.model).map((value, i) => value - before[i]!));
      return { norm: figures(trainer, "grad_norm")[0]!, moved };
    };
    const [free, clipped] = [await run(0), await run(1e-2)];
    assert.equal(free.norm, clipped.norm);
    assert.ok(free.norm > 0.1);
    assert.ok(clipped.moved < free.moved / 5);
  });

  test("label smoothing raises the loss, in evaluation too", async () => {
    const run = async (labelSmoothingFactor: number) => {
      const trainer = tinyTrainer(
        { maxSteps: 1, learningRate: 0, labelSmoothingFactor, loggingSteps: 1 },
        { modelOptions: NO_DROPOUT },
      );
      const { predictions } = await trainer.predict(trainer["options"].evalDataset as TrainerDataset);
      const { eval_loss: loss } = await trainer.evaluate();
      return { logits: predictions.data, loss: loss! };
    };
    const [plain, smooth] = [await run(0), await run(0.2)];
    assert.deepEqual(plain.logits, smooth.logits);
    // 0.8 * loss + 0.2 * mean over both classes of -log p
    const labels = tinyDataset(20, 2).rows.map(({ label }) => label);
    let expected = 0;
    for (const [row, label] of labels.entries()) {
      const [a, b] = [plain.logits[2 * row]!, plain.logits[2 * row + 1]!];
      const total = Math.log(Math.exp(a) + Math.exp(b));
      const minusLog = [total - a, total - b];
      expected += (0.8 * minusLog[label]! + 0.1 * (minusLog[0]! + minusLog[1]!)) / labels.length;
    }
    assertClose([smooth.loss], [expected], 1e-6);
    assert.notEqual(plain.loss, smooth.loss);
  });

  test("predict gives every row's scores, with metrics where there are labels", async () => {
    const trainer = tinyTrainer({ perDeviceEvalBatchSize: 3 });
    const { predictions, labelIds, metrics } = await trainer.predict(tinyDataset(7, 3));
    assert.deepEqual(predictions.shape, [7, 2]);
    assert.equal(labelIds!.length, 7);
    assert.deepEqual(Object.keys(metrics).sort(), [
      ...["test_accuracy", "test_loss", "test_runtime", "test_samples_per_second", "test_steps_per_second"],
    ]);
    const hidden = datasetOf(tinyDataset(7, 3).rows.map((row) => ({ ...row, label: -1 })));
    const blind = await trainer.predict(hidden);
    assert.deepEqual(blind.predictions, predictions);
    assert.equal(blind.labelIds, undefined);
    assert.ok(!("test_loss" in blind.metrics) && !("test_accuracy" in blind.metrics));
  });

  test("callbacks are called in order and may stop an epoch or the run", async () => {
    const events: string[] = [];
    const listener: TrainerCallback = {
      onTrainBegin: () => void events.push("train"),
      onEpochBegin: () => void events.push("epoch"),
      onStepEnd({ state, control }) {
        events.push(`step ${state.globalStep}`);
        if (state.globalStep === 2) control.shouldEpochStop = true;
        if (state.globalStep === 4) control.shouldTrainingStop = true;
      },
      onEvaluate: () => void events.push("evaluate"),
      onEpochEnd: () => void events.push("epoch end"),
      onTrainEnd: () => void events.push("train end"),
    };
    const trainer = tinyTrainer({ numTrainEpochs: 3, evalStrategy: "epoch" }, { callbacks: [listener] });
    await trainer.train();
    assert.deepEqual(events, [
      ...["train", "epoch", "step 1", "step 2", "epoch end", "evaluate"],
      ...["epoch", "step 3", "step 4", "epoch end", "evaluate", "train end"],
    ]);
  });

  test("an error in a step ends the run tidily", async () => {
    const ended: string[] = [];
    const rows = tinyDataset(40).rows.map((row, i) => (i === 30 ? { ...row, label: -1 } : row));
    const trainer = tinyTrainer(
      { trainSamplingStrategy: "sequential" },
      { trainDataset: datasetOf(rows), callbacks: [{ onTrainEnd: () => void ended.push("end") }] },
    );
    const before = tf.memory().numTensors;
    await assert.rejects(
      trainer.train(),
      (error) => error instanceof ConfigError && /label -1/.test(error.message),
    );
    assert.deepEqual(ended, ["end"]);
    assert.equal(trainer.model.training, false);
    assert.equal(tf.memory().numTensors, before);
  });

  test("nothing to train or evaluate on is an error", async () => {
    await assert.rejects(tinyTrainer({}, { trainDataset: datasetOf([]) }).train(), /trainDataset is empty/);
    await assert.rejects(tinyTrainer({}, { trainDataset: undefined }).train(), /trainDataset is missing/);
    await assert.rejects(tinyTrainer({}, { evalDataset: undefined }).evaluate(), /no evalDataset/);
    await assert.rejects(tinyTrainer({}).evaluate(datasetOf([])), /the dataset is empty/);
    assert.throws(() => tinyTrainer({ evalStrategy: "epoch" }, { evalDataset: undefined }), /no evalDataset/);
    await assert.rejects(
      tinyTrainer({ dataloaderDropLast: true, perDeviceTrainBatchSize: 64 }).train(),
      /40 examples do not fill one batch of 64/,
    );
  });

  test("bf16 where the engine has none: a warning, once a run", async () => {
    const { warn } = console;
    const warnings: string[] = [];
    console.warn = (line: string) => void warnings.push(line);
    try {
      await tinyTrainer({ bf16: true, maxSteps: 2 }).train();
    } finally {
      console.warn = warn;
    }
    const { supportsBf16 } = await currentEngine();
    assert.equal(warnings.length, supportsBf16 ? 0 : 1);
    if (!supportsBf16) assert.match(warnings[0]!, /engine has no bf16/);
  });
});
