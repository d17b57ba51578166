import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../../../lib/src/errors";
import { Parameter } from "../../../lib/src/models/module";
import { Adafactor } from "../../../lib/src/training/optimizers/adafactor";
import { AdamW } from "../../../lib/src/training/optimizers/adamw";
import type { Optimizer } from "../../../lib/src/training/optimizers/optimizer";
import { SGD } from "../../../lib/src/training/optimizers/sgd";
import { onEachEngine } from "../../engine";
import { assertClose } from "../../ops/against-reference";
import fixture from "../../fixtures/trainer/optimizers.json";
import { temporaryFolder } from "../../models/tiny-bert";
import { tinyTrainer, weightsOf } from "../tiny-task";

type Parameters = [string, Parameter][];

/** As test/fixtures/trainer/make_optimizers_and_schedules.py has them. */
const MADE: Record<keyof typeof fixture, (parameters: Parameters) => Optimizer> = {
  adamw: (parameters) =>
    new AdamW(parameters, { learningRate: 1e-2, weightDecay: 0.1, beta1: 0.8, beta2: 0.95, epsilon: 1e-6 }),
  sgd: (parameters) => new SGD(parameters, { learningRate: 1e-1 }),
  "sgd with momentum": (parameters) =>
    new SGD(parameters, { learningRate: 1e-1, momentum: 0.9, weightDecay: 0.1 }),
  "sgd with nesterov": (parameters) =>
    new SGD(parameters, { learningRate: 1e-1, momentum: 0.9, nesterov: true }),
  adafactor: (parameters) => new Adafactor(parameters, { learningRate: 1e-2 }),
  "adafactor with options": (parameters) =>
    new Adafactor(parameters, { learningRate: 1e-2, weightDecay: 0.1, clipThreshold: 0.5, decayRate: -0.5 }),
};

/** A matrix and a vector with these values. */
function parametersOf([matrix, vector]: unknown[]): Parameters {
  const make = (shape: number[], values: number[]) => {
    const parameter = new Parameter(shape, { constant: 0 });
    parameter.set(Float32Array.from(values));
    return parameter;
  };
  // Names of no bias and no LayerNorm, so that both have weight decay.
  return [
    ["matrix", make([3, 4], (matrix as number[][]).flat())],
    ["vector", make([5], vector as number[])],
  ];
}

onEachEngine("optimizers", () => {
  for (const [name, make] of Object.entries(MADE)) {
    test(`${name} changes parameters as PyTorch's does`, () => {
      const { start, gradients, values } = fixture[name as keyof typeof fixture];
      const parameters = parametersOf(start);
      const optimizer = make(parameters);
      const before = tf.memory().numTensors;
      let after = before;
      for (const [step, [matrix, vector]] of gradients.entries()) {
        const given = new Map<string, tf.Tensor>([
          ["matrix", tf.tensor(matrix as number[][])],
          ["vector", tf.tensor(vector as number[])],
        ]);
        optimizer.update(given, { scheduleFactor: 1, gradientScale: 1 });
        tf.dispose([...given.values()]);
        if (step === 0) after = tf.memory().numTensors;
        const expected = (values[step] as unknown[]).flat(2) as number[];
        assertClose(
          parameters.flatMap(([, { value }]) => [...value.dataSync()]),
          expected,
          2e-6,
        );
      }
      assert.equal(tf.memory().numTensors, after, "no tensors are left behind by later steps");
      optimizer.dispose();
      assert.equal(tf.memory().numTensors, before);
      parameters.forEach(([, parameter]) => parameter.dispose());
    });
  }

  test("a gradient's scale and the schedule's factor do what they say", () => {
    for (const make of [MADE.sgd, MADE.adafactor, MADE["sgd with momentum"]]) {
      const { start, gradients } = fixture.sgd;
      const run = (scaleOf: (values: number[]) => number[], gradientScale: number) => {
        const parameters = parametersOf(start);
        const optimizer = make(parameters);
        const vector = tf.tensor1d(scaleOf(gradients[0]![1] as number[]));
        optimizer.update(new Map([["vector", vector]]), { scheduleFactor: 0.5, gradientScale });
        const result = [...parameters[1]![1].value.dataSync()];
        optimizer.dispose();
        return result;
      };
      assertClose(
        run((values) => values.map((value) => value * 4), 0.25),
        run((values) => values, 1),
        1e-6,
      );
    }
  });
});

test("options that do not exist, and settings that are no numbers, are refused", () => {
  const refused = (make: () => unknown, words: RegExp) =>
    assert.throws(make, (error) => error instanceof ConfigError && words.test(error.message));
  refused(() => new SGD([], { momentun: 0.9 } as object), /SGD: .*'momentun'.*Did you mean 'momentum'/);
  refused(() => new AdamW([], { learningRate: NaN }), /AdamW: learningRate is NaN/);
  refused(() => new Adafactor([], { weightDecay: -1 }), /Adafactor: weightDecay is -1/);
});

onEachEngine("optim", (engine) => {
  if (engine === "cpu") return;
  for (const args of [
    { optim: "sgd" as const, optimArgs: { momentum: 0.9 } },
    { optim: "adafactor" as const },
  ]) {
    test(`${args.optim} trains, and its state goes on with a resumed run`, async (context) => {
      const folder = temporaryFolder(context);
      const losses = async (maxSteps: number, resumeFromCheckpoint = false) => {
        const trainer = tinyTrainer({
          ...args,
          ...{ maxSteps, loggingSteps: 1, saveStrategy: "steps", saveSteps: 3, lrSchedulerType: "constant" },
          outputDir: `${folder}/${args.optim}`,
        });
        await trainer.train({ resumeFromCheckpoint });
        return [...trainer.state.logHistory.flatMap(({ loss }) => loss ?? []), ...weightsOf(trainer.model)];
      };
      await losses(3);
      const resumed = await losses(6, true);
      assert.deepEqual(resumed, await losses(6));
    });
  }

  test("an optimizer and a schedule of one's own are used, and the optimizer stays one's own", async () => {
    const trainer = tinyTrainer({ maxSteps: 2, loggingSteps: 1 });
    const optimizer = new SGD(trainer.model.namedParameters(), { learningRate: 0.5, momentum: 0.5 });
    const own = tinyTrainer(
      { maxSteps: 2, loggingSteps: 1 },
      { model: trainer.model, optimizers: [optimizer, (step) => 1 / (step + 1)] },
    );
    await own.train();
    assert.deepEqual(
      own.state.logHistory.flatMap(({ learning_rate }) => learning_rate ?? []),
      [0.5, 0.25],
    );
    assert.equal(optimizer.step, 2);
    assert.ok((await optimizer.stateDict()).size > 1, "it was not disposed of");
    optimizer.dispose();
  });

  test("an optimizer of another model, and one beside modelInit, are refused", async () => {
    const { model } = tinyTrainer({});
    const optimizer = new SGD(tinyTrainer({}).model.namedParameters());
    await assert.rejects(
      tinyTrainer({}, { model, optimizers: [optimizer] }).train(),
      (error) => error instanceof ConfigError && /'bert\..*' is not this model's/.test(error.message),
    );
    assert.throws(
      () => tinyTrainer({}, { model: undefined, modelInit: () => model, optimizers: [optimizer] }),
      /an optimizer is of one model/,
    );
  });

  test("groups beside an optimizer of one's own are refused", () => {
    const { model } = tinyTrainer({});
    const optimizer = new SGD(model.namedParameters());
    assert.throws(
      () => tinyTrainer({}, { model, optimizers: [optimizer], parameterGroups: [{ parameters: [] }] }),
      /parameterGroups.*optimizers/,
    );
  });
});
