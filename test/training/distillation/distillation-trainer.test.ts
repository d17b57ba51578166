import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../../../lib/src/errors";
import { BertConfig } from "../../../lib/src/models/bert/configuration";
import { BertModel } from "../../../lib/src/models/bert/modeling";
import type { BertConfigOptions } from "../../../lib/src/models/bert/configuration";
import { keepLayers } from "../../../lib/src/models/prune";
import {
  DistillationTrainer,
  type DistillationTrainerOptions,
} from "../../../lib/src/training/distillation/distillation-trainer";
import type { DistillationOptions } from "../../../lib/src/training/distillation/options";
import {
  TrainingArguments,
  type TrainingArgumentsOptions,
} from "../../../lib/src/training/training-arguments";
import { onEachEngine } from "../../engine";
import { temporaryFolder, tinyBert, TINY } from "../../models/tiny-bert";
import { collate, datasetOf, tinyDataset, weightsOf } from "../tiny-task";

function body(options: BertConfigOptions = {}, seed = 9): BertModel {
  const config = new BertConfig({ ...TINY, initializerRange: 0.3, ...options });
  return new BertModel(config, seed).initializeWeights();
}

/** A body without a pooler, as a masked language model has. */
function bareBody(): BertModel {
  const config = new BertConfig({ ...TINY, initializerRange: 0.3 });
  return new BertModel(config, 9, { pooler: false }).initializeWeights();
}

interface Setting extends Partial<Omit<DistillationTrainerOptions, "args">> {
  args?: TrainingArgumentsOptions;
  outputDir: string;
}

function trainerOf(
  distillation: DistillationOptions,
  { args, outputDir, ...options }: Setting,
): DistillationTrainer {
  return new DistillationTrainer({
    model: body({ numHiddenLayers: 1 }, 3),
    teacher: body(),
    trainDataset: tinyDataset(40),
    evalDataset: tinyDataset(20, 2),
    dataCollator: collate,
    distillation,
    ...options,
    args: new TrainingArguments({
      outputDir,
      saveStrategy: "no",
      learningRate: 1e-2,
      maxSteps: 40,
      loggingSteps: 1,
      ...args,
    }),
  });
}

const lossesOf = (trainer: DistillationTrainer) =>
  trainer.state.logHistory.flatMap(({ loss }) => (loss === undefined ? [] : [loss]));

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const EVERYTHING: DistillationOptions = {
  hiddenStates: {
    layers: [
      [0, 0],
      [1, 2],
    ],
  },
  relations: { heads: 2 },
  pooled: {},
};

onEachEngine("DistillationTrainer", () => {
  for (const [name, distillation] of Object.entries({
    "hidden states": { hiddenStates: {} },
    "attention relations": { relations: {} },
    "mean vectors": { pooled: {} },
    "pooler outputs": { pooled: { of: "pooler" } },
    everything: EVERYTHING,
  } satisfies Record<string, DistillationOptions>)) {
    test(`a student learns its teacher's ${name}`, async (context) => {
      const trainer = trainerOf(distillation, { outputDir: temporaryFolder(context) });
      const before = await trainer.evaluate();
      await trainer.train();
      const after = await trainer.evaluate();
      const losses = lossesOf(trainer);
      assert.ok(mean(losses.slice(-5)) < 0.7 * mean(losses.slice(0, 5)), losses.join(" "));
      assert.ok(after.eval_loss! < 0.8 * before.eval_loss!, `${before.eval_loss} ${after.eval_loss}`);
    });
  }

  test("a projection leads to a teacher of another width, and is learnt too", async (context) => {
    const teacher = body({ hiddenSize: 12, numAttentionHeads: 3 });
    const trainer = trainerOf(
      { hiddenStates: {}, relations: { heads: 1 } },
      { outputDir: temporaryFolder(context), teacher },
    );
    await trainer.train();
    const losses = lossesOf(trainer);
    assert.ok(mean(losses.slice(-5)) < 0.7 * mean(losses.slice(0, 5)), losses.join(" "));
  });

  test("a classifier learns its teacher's soft labels, and with a weight the labels themselves", async (context) => {
    const teacher = tinyBert({ initializerRange: 0.6 }, 8);
    const student = () => tinyBert({ numHiddenLayers: 1 });
    const setting = { outputDir: temporaryFolder(context), teacher };
    const trainer = trainerOf({ softLabels: { temperature: 3 } }, { ...setting, model: student() });
    const before = await trainer.evaluate();
    const both = trainerOf(
      { softLabels: { temperature: 3 }, taskWeight: 0.5 },
      { ...setting, model: student() },
    );
    const withLabels = await both.evaluate();
    const { metrics } = await trainer.predict(tinyDataset(20, 2));
    assert.ok(Math.abs(withLabels.eval_loss! - before.eval_loss! - 0.5 * metrics.test_loss!) < 1e-4);
    await trainer.train();
    const after = await trainer.evaluate();
    assert.ok(after.eval_loss! < 0.7 * before.eval_loss!, `${before.eval_loss} ${after.eval_loss}`);
    const { predictions } = await trainer.predict(tinyDataset(12, 4));
    assert.deepEqual(predictions.shape, [12, 2]);
  });

  test("a student that is its teacher has nothing to learn", async (context) => {
    const teacher = body();
    const model = await keepLayers(teacher, [0, 1]);
    const trainer = trainerOf(EVERYTHING_OF_THE_SAME, {
      outputDir: temporaryFolder(context),
      teacher,
      model,
    });
    const { eval_loss: loss } = await trainer.evaluate();
    // What is kept of the teacher is rounded to half precision.
    assert.ok(loss! < 1e-5, String(loss));
  });
});

const EVERYTHING_OF_THE_SAME: DistillationOptions = {
  hiddenStates: {
    layers: [
      [0, 0],
      [1, 1],
      [2, 2],
    ],
  },
  relations: {},
  pooled: {},
};

/** Counts the teacher's forward passes. */
function watched(teacher: BertModel): { teacher: BertModel; passes: () => number } {
  let passes = 0;
  const encode = teacher.encode.bind(teacher);
  teacher.encode = (...args) => {
    passes++;
    return encode(...args);
  };
  return { teacher, passes: () => passes };
}

onEachEngine("what a teacher said", () => {
  test("is kept on disk: a second run does not ask again", async (context) => {
    const outputDir = temporaryFolder(context);
    const first = watched(body());
    await trainerOf(EVERYTHING, {
      outputDir,
      teacher: first.teacher,
      args: { evalStrategy: "epoch" },
    }).train();
    assert.equal(first.passes(), 2, "40 and 20 rows, 64 at once");
    const second = watched(body());
    await trainerOf(EVERYTHING, {
      outputDir,
      teacher: second.teacher,
      args: { evalStrategy: "epoch" },
    }).train();
    assert.equal(second.passes(), 0);
  });

  test("is asked anew when the teacher, the rows or the layers are others", async (context) => {
    const outputDir = temporaryFolder(context);
    const passes = async (distillation: DistillationOptions, seed: number, rows: number) => {
      const { teacher, passes } = watched(body({}, seed));
      const trainDataset = tinyDataset(rows);
      await trainerOf(distillation, { outputDir, teacher, trainDataset, args: { maxSteps: 1 } }).train();
      return passes();
    };
    assert.equal(await passes({ hiddenStates: {} }, 1, 40), 1);
    assert.equal(await passes({ hiddenStates: {} }, 1, 40), 0);
    assert.equal(await passes({ hiddenStates: {} }, 2, 40), 1);
    assert.equal(await passes({ hiddenStates: {} }, 1, 39), 1);
    assert.equal(await passes({ hiddenStates: { layers: [[1, 1]] } }, 1, 40), 1);
  });

  test("a run that goes on from a checkpoint ends bit for bit like one that never stopped", async (context) => {
    const teacher = body({ hiddenSize: 12, numAttentionHeads: 3 });
    const run = (outputDir: string) =>
      trainerOf(
        { hiddenStates: {} },
        { outputDir, teacher, args: { saveStrategy: "steps", saveSteps: 7, maxSteps: 20 } },
      );
    const [whole, broken] = [run(temporaryFolder(context)), temporaryFolder(context)];
    await whole.train();
    await run(broken).train();
    for (const name of readdirSync(broken))
      if (!/^(teacher|checkpoint-7)$/.test(name)) rmSync(path.join(broken, name), { recursive: true });
    const resumed = run(broken);
    await resumed.train({ resumeFromCheckpoint: true });
    assert.deepEqual(weightsOf(resumed.model), weightsOf(whole.model));
    assert.deepEqual(lossesOf(resumed), lossesOf(whole));
  });
});

onEachEngine("distillation that cannot work", (engine) => {
  if (engine !== "cpu") return;
  const attempt = (context: TestContext, distillation: object, options: Partial<Setting> = {}) =>
    trainerOf(distillation, { outputDir: temporaryFolder(context), ...options });

  test("is refused when the trainer is made, by the option's name", (context) => {
    for (const [distillation, pattern] of [
      [
        {},
        /nothing is to be learnt from the teacher; give one of softLabels, hiddenStates, relations, pooled/,
      ],
      [{ hidden: {} }, /there is no option 'hidden'; there are taskWeight, softLabels/],
      [{ hiddenStates: { layer: 1 } }, /hiddenStates: there is no option 'layer'; there are weight, layers/],
      [
        { hiddenStates: { layers: [[2, 2]] } },
        /hiddenStates\.layers \(student\) is 2; this model has the layers 0 … 1/,
      ],
      [{ relations: { heads: 3 } }, /relations\.heads is 3; it has to divide the width of 8/],
      [{ pooled: { weight: -1 } }, /pooled\.weight is -1/],
      [{ softLabels: { temperature: 0 } }, /softLabels\.temperature is 0; it has to be positive/],
    ] as const) {
      assert.throws(
        () => attempt(context, distillation),
        (error: Error) => error instanceof ConfigError && pattern.test(error.message),
        String(pattern),
      );
    }
  });

  test("what a student or a teacher does not have is said, not stumbled over", async (context) => {
    const classifier = () => tinyBert({ numHiddenLayers: 1 });
    const unlabelled = tinyDataset(8).rows.map(({ input_ids }) => ({ input_ids })) as never[];
    for (const [distillation, options, pattern] of [
      [
        { softLabels: {} },
        { model: classifier() },
        /the teacher, a BertModel, cannot teach softLabels: it gives no logits/,
      ],
      [{ softLabels: {} }, { teacher: tinyBert() }, /softLabels: the student gives no logits/],
      [{ pooled: { of: "pooler" } }, { teacher: bareBody() }, /cannot teach pooled: it has no pooler/],
      [{ pooled: { of: "pooler" } }, { model: bareBody() }, /pooled: the student has no pooler/],
      [
        { softLabels: {}, taskWeight: 1 },
        { model: classifier(), teacher: tinyBert(), trainDataset: datasetOf(unlabelled) },
        /gave no loss: the rows have no labels\. The dataset has the columns/,
      ],
    ] as const) {
      const trainer = attempt(context, distillation, { ...options, args: { maxSteps: 1 } });
      await assert.rejects(
        trainer.train(),
        (error: Error) => error instanceof ConfigError && pattern.test(error.message),
      );
    }
    const three = tinyBert({ numLabels: 3 });
    assert.throws(
      () => attempt(context, { softLabels: {} }, { model: classifier(), teacher: three }),
      /student and teacher need the same labels, and have 2 and 3/,
    );
  });

  test("a teacher that cuts texts otherwise is refused by the row", async (context) => {
    const other = tinyDataset(40);
    other.rows[7]!.input_ids.push(3);
    const trainer = attempt(context, { hiddenStates: {} }, { teacherDataset: () => datasetOf(other.rows) });
    await assert.rejects(trainer.train(), /row 7 has \d tokens for the student and \d for the teacher/);
    const fewer = attempt(context, { hiddenStates: {} }, { teacherDataset: () => tinyDataset(39) });
    await assert.rejects(fewer.train(), /the student reads 40 rows, the teacher 39/);
    assert.ok(tf.memory().numTensors > 0);
  });
});
