import assert from "node:assert/strict";
import path from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../../lib/src/errors";
import type { PreTrainedModel } from "../../lib/src/models/pretrained-model";
import { AutoTokenizer } from "../../lib/src/tokenizers/auto-tokenizer";
import { crossEntropy } from "../../lib/src/ops/cross-entropy";
import { DistillationTrainer } from "../../lib/src/training/distillation/distillation-trainer";
import { Trainer } from "../../lib/src/training/trainer";
import type { TrainerOptions } from "../../lib/src/training/trainer-options";
import { startEngine } from "../engine";
import { tinyBert } from "../models/tiny-bert";
import { datasetOf, logsWithoutTimes, tinyDataset, tinyTrainer, weightsOf } from "./tiny-task";

describe("the Trainer's options", () => {
  before(() => startEngine("cpu"));

  test("one that does not exist is refused; a class that extends the Trainer has its own", () => {
    const wrong = { model: tinyBert(), tokenizer: undefined } as unknown as TrainerOptions & {
      model: PreTrainedModel<object>;
    };
    const refused = (name: string) => (error: unknown) =>
      error instanceof ConfigError && error.message.startsWith(`${name}: there is no option 'tokenizer'`);
    assert.throws(() => new Trainer(wrong), refused("Trainer"));
    const teacher = tinyBert();
    const distillation = { softLabels: {} };
    assert.throws(
      () => new DistillationTrainer({ ...wrong, teacher, distillation }),
      refused("DistillationTrainer"),
    );
    new DistillationTrainer({ model: tinyBert(), teacher, distillation });
    class Own extends Trainer {}
    new Own(wrong);
  });

  test("without a collator, the tokenizer pads", async () => {
    const checkpoint = path.resolve(__dirname, "../../data/bert-tiny-reviews");
    const tokenizer = await AutoTokenizer.fromPretrained(checkpoint);
    const texts = ["good", "not good at all", "bad", "a bad one"];
    const { input_ids } = tokenizer(texts);
    const rows = input_ids.map((ids, i) => ({ input_ids: ids, label: i < 2 ? 1 : 0 }));
    assert.ok(new Set(rows.map((row) => row.input_ids.length)).size > 1);
    const model = tinyBert({ vocabSize: tokenizer.size });
    const trainer = tinyTrainer(
      { maxSteps: 2, perDeviceTrainBatchSize: 4 },
      { model, trainDataset: datasetOf(rows), dataCollator: undefined, processingClass: tokenizer },
    );
    assert.equal((await trainer.train()).globalStep, 2);
    const bare = tinyTrainer(
      { maxSteps: 2 },
      { model, trainDataset: datasetOf(rows), dataCollator: undefined },
    );
    await assert.rejects(
      bare.train(),
      /Row \d of the dataset: input_ids has \d values, the first one has \d/,
    );
  });

  test("computeLossFunc takes the place of the model's loss, in training and in evaluation", async () => {
    const args = { maxSteps: 6, loggingSteps: 1, evalStrategy: "steps", evalSteps: 3 } as const;
    const own = tinyTrainer(args);
    await own.train();
    const same = tinyTrainer(args, {
      computeLossFunc: ({ logits }, labels) => crossEntropy(logits as tf.Tensor2D, labels as tf.Tensor1D, 0),
    });
    await same.train();
    assert.deepEqual(logsWithoutTimes(same), logsWithoutTimes(own));
    assert.deepEqual(weightsOf(same.model), weightsOf(own.model));
    const doubled = tinyTrainer(args, {
      computeLossFunc: ({ logits }, labels) =>
        tf.mul<tf.Scalar>(crossEntropy(logits as tf.Tensor2D, labels as tf.Tensor1D, 0), 2),
    });
    const before = tf.memory().numTensors;
    const metrics = await doubled.evaluate();
    assert.equal(tf.memory().numTensors, before);
    const expected = await tinyTrainer(args).evaluate();
    assert.ok(Math.abs(metrics.eval_loss! - 2 * expected.eval_loss!) < 1e-6);
    assert.equal(metrics.eval_accuracy, expected.eval_accuracy);
  });

  test("predict names its figures as asked", async () => {
    const { metrics } = await tinyTrainer({}).predict(tinyDataset(10), { metricKeyPrefix: "challenge" });
    assert.ok(["challenge_loss", "challenge_accuracy", "challenge_runtime"].every((name) => name in metrics));
  });
});
