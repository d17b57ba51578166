import assert from "node:assert/strict";
import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { before, describe, test, type TestContext } from "node:test";
import { CheckpointError, ConfigError } from "../../../lib/src/errors";
import type { TrainingArgumentsOptions } from "../../../lib/src/training/training-arguments";
import { startEngine } from "../../engine";
import { temporaryFolder } from "../../models/tiny-bert";
import { logsWithoutTimes, tinyDataset, tinyTrainer, weightsOf, type TinyRun } from "../tiny-task";

const ARGS = { saveStrategy: "steps", saveSteps: 5, maxSteps: 15, loggingSteps: 4 } as const;

describe("resuming", () => {
  before(() => startEngine("cpu"));

  /** A run of 15 steps with checkpoints at 5, 10 and 15. */
  async function begun(context: TestContext, args: TrainingArgumentsOptions = {}, run: TinyRun = {}) {
    const outputDir = temporaryFolder(context);
    const trainer = tinyTrainer({ outputDir, ...ARGS, ...args }, run);
    await trainer.train();
    return { outputDir, trainer, checkpoint: (step: number) => path.join(outputDir, `checkpoint-${step}`) };
  }

  const warnings = (context: TestContext) => {
    const warn = context.mock.method(console, "warn", () => {});
    return () => warn.mock.calls.map(({ arguments: [message] }) => String(message));
  };

  function flip(file: string, position: number): void {
    const bytes = readFileSync(file);
    bytes[position < 0 ? bytes.length + position : position]! ^= 1;
    writeFileSync(file, bytes);
  }

  const damages: Record<string, (checkpoint: string) => void> = {
    "a flipped bit of a weight": (folder) => flip(path.join(folder, "model.safetensors"), -3),
    "a flipped bit of a moment": (folder) => flip(path.join(folder, "optimizer.safetensors"), -3),
    "a digit of the state": (folder) => {
      const file = path.join(folder, "trainer_state.json");
      writeFileSync(file, readFileSync(file, "utf8").replace('"max_steps": 15', '"max_steps": 16'));
    },
    "a file that is cut short": (folder) => truncateSync(path.join(folder, "optimizer.safetensors"), 1000),
    "a file that is gone": (folder) => rmSync(path.join(folder, "optimizer.safetensors")),
    "a record that is no JSON": (folder) => truncateSync(path.join(folder, "run.json"), 40),
    "a record of nothing": (folder) => writeFileSync(path.join(folder, "run.json"), "{}"),
  };
  for (const [name, damage] of Object.entries(damages)) {
    test(`${name}: the newest that is whole is taken, and it is said`, async (context) => {
      const { outputDir, trainer, checkpoint } = await begun(context);
      damage(checkpoint(15));
      const said = warnings(context);
      const resumed = tinyTrainer({ outputDir, ...ARGS });
      await resumed.train({ resumeFromCheckpoint: true });
      assert.match(said()[0]!, /^Passed over: .*checkpoint-15/);
      assert.match(said()[1]!, /^Resuming from .*checkpoint-10, the newest checkpoint that is whole\.$/);
      assert.deepEqual(weightsOf(resumed.model), weightsOf(trainer.model));
      damage(checkpoint(10));
      const other = tinyTrainer({ outputDir, ...ARGS });
      const before = weightsOf(other.model);
      await assert.rejects(
        other.train({ resumeFromCheckpoint: checkpoint(10) }),
        (error) => error instanceof CheckpointError && error.message.includes("checkpoint-10"),
      );
      assert.deepEqual(weightsOf(other.model), before);
    });
  }

  test("where none is whole, the error says why of each", async (context) => {
    const { outputDir, checkpoint } = await begun(context);
    for (const step of [5, 10, 15]) flip(path.join(checkpoint(step), "model.safetensors"), -1);
    await assert.rejects(
      tinyTrainer({ outputDir, ...ARGS }).train({ resumeFromCheckpoint: true }),
      /there is no complete checkpoint in .*\. Passed over: .*checkpoint-15.*checkpoint-10.*checkpoint-5/,
    );
  });

  const refused: [string, TrainingArgumentsOptions, TinyRun, RegExp][] = [
    ["another batch size", { perDeviceTrainBatchSize: 4 }, {}, /perDeviceTrainBatchSize is 4 here and was 8/],
    [
      "other accumulation",
      { gradientAccumulationSteps: 2 },
      {},
      /gradientAccumulationSteps is 2 here and was 1/,
    ],
    ["another seed", { seed: 1 }, {}, /seed is 1 here and was 42/],
    [
      "another order",
      { trainSamplingStrategy: "sequential" },
      {},
      /trainSamplingStrategy is "sequential" here/,
    ],
    [
      "fewer rows",
      {},
      { trainDataset: tinyDataset(39) },
      /rows of the training dataset is 39 here and was 40/,
    ],
    ["other rows", {}, { trainDataset: tinyDataset(40, 9) }, /content and order of the training dataset is/],
    ["another model", {}, { modelOptions: { hiddenSize: 16 } }, /tensor '.*' has the shape/],
    ["more layers", {}, { modelOptions: { numHiddenLayers: 5 } }, /has no tensor '.*layer\.\d\./],
  ];
  for (const [name, args, run, message] of refused) {
    test(`${name}: refused before a weight is touched`, async (context) => {
      const { outputDir } = await begun(context);
      const trainer = tinyTrainer({ outputDir, ...ARGS, ...args }, run);
      const before = weightsOf(trainer.model);
      await assert.rejects(trainer.train({ resumeFromCheckpoint: true }), (error: Error) => {
        assert.ok(error instanceof ConfigError || error instanceof CheckpointError, error.name);
        assert.match(error.message, message);
        assert.match(error.message, /checkpoint-15/);
        return true;
      });
      assert.deepEqual(weightsOf(trainer.model), before);
    });
  }

  test("other arguments are named, and hold", async (context) => {
    const { outputDir } = await begun(context);
    const said = warnings(context);
    const trainer = tinyTrainer({ outputDir, ...ARGS, maxSteps: 20, learningRate: 1e-3, weightDecay: 0.1 });
    await trainer.train({ resumeFromCheckpoint: true });
    assert.match(
      said().join("\n"),
      /Resuming from .*checkpoint-15 with other arguments: maxSteps is 20 here and was 15; learningRate is 0\.001 here and was 0\.01; weightDecay is 0\.1 here and was 0\./,
    );
    assert.equal(trainer.state.globalStep, 20);
  });

  test("the loss window and the mean loss go on: the log is the unbroken run's", async (context) => {
    const { trainer, checkpoint } = await begun(context);
    const resumed = tinyTrainer({ outputDir: temporaryFolder(context), ...ARGS });
    const output = await resumed.train({ resumeFromCheckpoint: checkpoint(5) });
    assert.deepEqual(logsWithoutTimes(resumed), logsWithoutTimes(trainer));
    assert.equal(output.trainingLoss, trainer.state.logHistory.at(-1)!.train_loss);
  });

  test("a checkpoint without a record or optimizer, as other programs write them, goes on with a fresh optimizer", async (context) => {
    const { outputDir, checkpoint } = await begun(context);
    for (const file of ["run.json", "optimizer.safetensors", "training_args.json"])
      rmSync(path.join(checkpoint(15), file));
    const said = warnings(context);
    const trainer = tinyTrainer({ outputDir, ...ARGS, maxSteps: 17 });
    await trainer.train({ resumeFromCheckpoint: checkpoint(15) });
    assert.match(said().join(), /checkpoint-15: has no optimizer\.safetensors; the optimizer begins anew\./);
    assert.equal(trainer.state.globalStep, 17);
  });
});
