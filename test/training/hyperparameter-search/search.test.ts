import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../../../lib/src/errors";
import { grid, sample, type SearchSpace } from "../../../lib/src/training/hyperparameter-search/search-space";
import { startEngine } from "../../engine";
import { temporaryFolder, tinyBert } from "../../models/tiny-bert";
import { tinyTrainer } from "../tiny-task";

const refused = (words: RegExp) => (error: unknown) =>
  error instanceof ConfigError && words.test(error.message);

test("random values: within their ranges, even on their scales, and the same for the same seed", () => {
  const space: SearchSpace = {
    learningRate: { low: 1e-5, high: 1e-3, log: true },
    weightDecay: { low: 0, high: 0.3, step: 0.1 },
    perDeviceTrainBatchSize: [8, 16],
    warmupSteps: { low: 0.1, high: 0.2 },
  };
  const drawn = Array.from({ length: 400 }, (_, trial) => sample(space, 1, trial));
  assert.ok(drawn.every(({ learningRate }) => learningRate! >= 1e-5 && learningRate! <= 1e-3));
  const below = drawn.filter(({ learningRate }) => learningRate! < 1e-4).length;
  assert.ok(below > 160 && below < 240, `${below} of 400 in the lower decade`);
  const decays = new Set(drawn.map(({ weightDecay }) => weightDecay!.toFixed(3)));
  assert.deepEqual([...decays].sort(), ["0.000", "0.100", "0.200", "0.300"]);
  assert.deepEqual(new Set(drawn.map((each) => each.perDeviceTrainBatchSize)), new Set([8, 16]));
  assert.ok(drawn.every(({ warmupSteps }) => warmupSteps! >= 0.1 && warmupSteps! <= 0.2));
  assert.deepEqual(sample(space, 1, 7), drawn[7]);
  assert.notDeepEqual(sample(space, 2, 7), drawn[7]);
});

test("a grid has every combination once", () => {
  assert.deepEqual(grid({ seed: [1, 2], weightDecay: { low: 0, high: 0.2, step: 0.1 } }), [
    ...[0, 0.1, 0.2].map((weightDecay) => ({ seed: 1, weightDecay })),
    ...[0, 0.1, 0.2].map((weightDecay) => ({ seed: 2, weightDecay })),
  ]);
  assert.throws(() => grid({ learningRate: { low: 0, high: 1 } }), refused(/learningRate is a range/));
});

describe("Trainer.hyperparameterSearch", () => {
  before(() => startEngine("native"));

  const trainerOf = (args: object = {}) =>
    tinyTrainer({ maxSteps: 6, loggingSteps: 6, ...args }, { model: undefined, modelInit: () => tinyBert() });

  test("finds the values with which a run comes out best; nothing of the runs stays", async (context) => {
    context.mock.method(console, "info", () => {});
    const outputDir = temporaryFolder(context);
    const trainer = trainerOf({ outputDir, saveStrategy: "steps", saveSteps: 6 });
    const { numTensors } = tf.memory();
    const best = await trainer.hyperparameterSearch({
      hpSpace: { learningRate: [0, 1e-2, 1e-4] },
      backend: "grid",
      computeObjective: ({ eval_loss }) => eval_loss!,
    });
    assert.equal(tf.memory().numTensors, numTensors);
    assert.equal(best.runId, "1");
    assert.deepEqual(best.hyperparameters, { learningRate: 1e-2 });
    assert.equal(best.runSummary.length, 3);
    assert.equal(best.objective, Math.min(...best.runSummary.map(({ objective }) => objective)));
    for (const run of [0, 1, 2]) {
      assert.ok(existsSync(path.join(outputDir, `run-${run}`, "checkpoint-6")));
    }
    // The same values once more give the same model.
    const again = trainerOf({ learningRate: 1e-2 });
    await again.train();
    assert.equal((await again.evaluate()).eval_loss, best.objective);
  });

  test("the metrics' sum is the objective by default; maximised, the best is the largest", async (context) => {
    context.mock.method(console, "info", () => {});
    const best = await trainerOf().hyperparameterSearch({
      hpSpace: (trial, before) => {
        assert.equal(before.length, trial);
        return { learningRate: [1e-2, 0][trial] };
      },
      nTrials: 2,
      direction: "maximize",
    });
    for (const { objective, metrics } of best.runSummary) assert.equal(objective, metrics.eval_accuracy);
    assert.equal(best.objective, Math.max(...best.runSummary.map(({ objective }) => objective)));
  });

  test("a run that diverges is a result as well", async (context) => {
    context.mock.method(console, "info", () => {});
    const best = await trainerOf().hyperparameterSearch({
      hpSpace: { learningRate: [1e30, 1e-3] },
      backend: "grid",
      computeObjective: ({ eval_loss }) => eval_loss!,
    });
    assert.equal(best.runId, "1");
    assert.match(best.runSummary[0]!.error!, /Step \d+: the (loss|gradient norm) is/);
  });

  test("what cannot be searched is said", async () => {
    await assert.rejects(
      tinyTrainer({}).hyperparameterSearch({ hpSpace: { seed: [1] } }),
      refused(/it needs modelInit/),
    );
    const trainer = trainerOf();
    const search = (options: object) => trainer.hyperparameterSearch(options as never);
    await assert.rejects(search({ hpSpace: {} }), refused(/hpSpace is empty/));
    await assert.rejects(search({ hpSpace: { seed: [] } }), refused(/hpSpace\.seed has no values/));
    await assert.rejects(search({ hpSpace: { seed: [1] }, trials: 3 }), refused(/no option 'trials'/));
    await assert.rejects(search({ hpSpace: { seed: [1] }, backend: "optuna" }), refused(/random and grid/));
    await assert.rejects(search({ hpSpace: { learningrate: [1] } }), refused(/Did you mean 'learningRate'/));
    assert.throws(() => trainer.model, refused(/there is no model yet/));
  });
});
