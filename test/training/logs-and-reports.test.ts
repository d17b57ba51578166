import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { readFrontMatter } from "../../lib/src/datasets/sources/front-matter";
import type { TrainerCallback } from "../../lib/src/training/callbacks";
import type { TrainerDataset } from "../../lib/src/training/data-loader";
import { describeLogs } from "../../lib/src/training/printer-callback";
import type { Throughput } from "../../lib/src/training/step/throughput";
import type { EvalPrediction } from "../../lib/src/training/trainer-options";
import { startEngine } from "../engine";
import { temporaryFolder, tinyBert } from "../models/tiny-bert";
import { datasetOf, tinyDataset, tinyTrainer, weightsOf } from "./tiny-task";

before(() => startEngine("native"));

describe("what is logged of speed", () => {
  test("tokens a second, padding saved and memory come with the log, and stay out of the history", async () => {
    const seen: (Throughput | undefined)[] = [];
    const watcher: TrainerCallback = { onLog: ({ throughput }) => void seen.push(throughput) };
    const trainer = tinyTrainer({ maxSteps: 4, loggingSteps: 2 }, { callbacks: [watcher] });
    await trainer.train();
    assert.equal(seen.length, 3, "two of steps, one at the end");
    for (const throughput of seen.slice(0, 2)) {
      assert.ok(throughput!.tokensPerSecond > 0);
      assert.ok(throughput!.paddingSaved > 0 && throughput!.paddingSaved < 1);
      assert.ok(throughput!.memory > 2 ** 20);
    }
    assert.equal(seen[2], undefined);
    assert.deepEqual(Object.keys(trainer.state.logHistory[0]!), [
      ...["loss", "grad_norm", "learning_rate", "epoch", "step"],
    ]);
  });

  test("padding saved is the share of padding in the batches", async () => {
    const rows = [
      { input_ids: [2, 5, 3], label: 0 },
      { input_ids: [2, 6, 7, 8, 9, 3], label: 1 },
    ];
    let saved = NaN;
    const watcher: TrainerCallback = {
      onLog: ({ throughput }) => void (saved = throughput?.paddingSaved ?? saved),
    };
    const trainer = tinyTrainer(
      { maxSteps: 1, loggingSteps: 1, perDeviceTrainBatchSize: 2 },
      { callbacks: [watcher], trainDataset: datasetOf(rows) },
    );
    await trainer.train();
    assert.equal(saved, 3 / 12);
  });

  test("a line that people read", () => {
    const throughput = { tokensPerSecond: 3412.4, paddingSaved: 0.381, memory: 0.42 * 2 ** 30 };
    assert.equal(
      describeLogs({ loss: 0.69314718, learning_rate: 5e-5 }, throughput),
      "loss 0.6931  learning_rate 0.00005  3,412 tokens/s  38 % padding saved  0.4 GB",
    );
  });

  test("includeNumInputTokensSeen counts them, through a resumed run too", async (context) => {
    const outputDir = temporaryFolder(context);
    const dataset = tinyDataset(40);
    const all = dataset.rows.reduce((sum, { input_ids }) => sum + input_ids.length, 0);
    const run = async (
      maxSteps: number,
      resumeFromCheckpoint: boolean,
      includeNumInputTokensSeen: "all" | "non_padding",
    ) => {
      const trainer = tinyTrainer(
        {
          maxSteps,
          loggingSteps: 1,
          includeNumInputTokensSeen,
          outputDir,
          saveStrategy: "steps",
          saveSteps: 2,
        },
        { trainDataset: dataset },
      );
      const { metrics } = await trainer.train({ resumeFromCheckpoint });
      assert.ok(metrics.train_tokens_per_second! > 0);
      return trainer.state;
    };
    await run(2, false, "non_padding");
    const { numInputTokensSeen, logHistory } = await run(5, true, "non_padding");
    assert.equal(numInputTokensSeen, all, "an epoch is five steps");
    assert.equal(logHistory.at(-1)!.num_input_tokens_seen, all);
    const padded = await run(5, false, "all");
    assert.ok(padded.numInputTokensSeen > all);
  });
});

describe("what metrics are computed from", () => {
  test("includeForMetrics gives inputs and losses", async () => {
    let seen: EvalPrediction | undefined;
    const trainer = tinyTrainer(
      { includeForMetrics: ["inputs", "loss"], perDeviceEvalBatchSize: 8 },
      { computeMetrics: (prediction) => ((seen = prediction), {}) },
    );
    const evalDataset = tinyDataset(20, 2);
    const { eval_loss } = await trainer.evaluate(evalDataset);
    assert.deepEqual(
      seen!.inputs,
      evalDataset.rows.map(({ input_ids }) => input_ids),
    );
    assert.equal(seen!.losses!.length, 20);
    const mean = seen!.losses!.reduce((sum, loss) => sum + loss, 0) / 20;
    assert.ok(Math.abs(mean - eval_loss!) < 1e-6);
    assert.ok(!("inputs" in (await predictionOf({}))));
  });

  const predictionOf = async (args: object): Promise<EvalPrediction> => {
    let seen: EvalPrediction | undefined;
    const trainer = tinyTrainer(args, { computeMetrics: (prediction) => ((seen = prediction), {}) });
    await trainer.evaluate();
    return seen!;
  };

  test("preprocessLogitsForMetrics decides what is kept of the scores", async () => {
    let seen: EvalPrediction | undefined;
    const trainer = tinyTrainer(
      {},
      {
        preprocessLogitsForMetrics: (logits, labels) => {
          assert.equal(labels!.shape[0], logits.shape[0]);
          return tf.argMax(logits, -1);
        },
        computeMetrics: (prediction) => ((seen = prediction), {}),
      },
    );
    const { numTensors } = tf.memory();
    await trainer.evaluate();
    assert.equal(tf.memory().numTensors, numTensors);
    const whole = await predictionOf({});
    assert.deepEqual(seen!.predictions.shape, [20, 1]);
    const best = Array.from({ length: 20 }, (_, row) => {
      const [a, b] = whole.predictions.data.subarray(2 * row, 2 * row + 2);
      return a! >= b! ? 0 : 1;
    });
    assert.deepEqual([...seen!.predictions.data], best);
  });

  test("labelNames: labels stand in a column of that name, and in no other", async () => {
    const { rows } = tinyDataset(40);
    const equal = rows.map((row) => ({
      ...row,
      input_ids: [...row.input_ids, 4, 4, 4, 4, 4, 4].slice(0, 9),
    }));
    const renamed = datasetOf(equal.map(({ label, ...row }) => ({ ...row, sentiment: label, label: 7 })));
    const run = async (labelNames: string[] | undefined, trainDataset: TrainerDataset) => {
      const trainer = tinyTrainer(
        { maxSteps: 2, loggingSteps: 1, labelNames },
        { trainDataset, dataCollator: undefined },
      );
      await trainer.train();
      return weightsOf(trainer.model);
    };
    assert.deepEqual(await run(["polarity", "sentiment"], renamed), await run(undefined, datasetOf(equal)));
    await assert.rejects(run(["polarity"], renamed), /no labels/);
  });
});

describe("what is written of a run", () => {
  test("saveState, saveMetrics and logMetrics do as transformers'", async (context) => {
    const outputDir = path.join(temporaryFolder(context), "run");
    const trainer = tinyTrainer({ maxSteps: 2, outputDir });
    const { metrics } = await trainer.train();
    await trainer.saveState();
    const read = (name: string) =>
      JSON.parse(readFileSync(path.join(outputDir, name), "utf8")) as Record<string, unknown>;
    assert.equal(read("trainer_state.json").global_step, 2);
    await trainer.saveMetrics("train", metrics);
    await trainer.saveMetrics("eval", { eval_loss: 0.5 });
    await trainer.saveMetrics("test", { test_loss: 0.25 }, false);
    assert.deepEqual(read("eval_results.json"), { eval_loss: 0.5 });
    assert.deepEqual(read("all_results.json"), { ...metrics, eval_loss: 0.5 });
    assert.deepEqual(
      Object.keys(read("all_results.json")),
      [...Object.keys({ ...metrics, eval_loss: 0 })].sort(),
    );
    const log = context.mock.method(console, "log", () => {});
    trainer.logMetrics("eval", { eval_loss: 0.123456, eval_runtime: 3725.5, epoch: 2 });
    // What transformers 5.24 prints of these.
    assert.deepEqual(String(log.mock.calls[0]!.arguments[0]).split("\n"), [
      "***** eval metrics *****",
      "  epoch        =          2",
      "  eval_loss    =     0.1235",
      "  eval_runtime = 1:02:05.50",
    ]);
  });

  test("a model card: what is known of the run, and a head that YAML reads", async (context) => {
    const outputDir = path.join(temporaryFolder(context), "my-model");
    const trainer = tinyTrainer({
      numTrainEpochs: 2,
      evalStrategy: "epoch",
      loggingStrategy: "epoch",
      outputDir,
    });
    await trainer.train();
    await trainer.createModelCard({
      ...{ finetunedFrom: "bert-base-uncased", license: "apache-2.0", language: "en", tags: ['a "tag": x'] },
      ...{ dataset: "GLUE SST-2", datasetTags: ["glue"], tasks: ["text-classification"] },
    });
    const card = readFileSync(path.join(outputDir, "README.md"), "utf8");
    const head = readFrontMatter(card, "README.md")!;
    assert.equal(head.get("base_model"), "bert-base-uncased");
    assert.deepEqual(head.get("tags"), ['a "tag": x', "generated_from_trainer", "finetune-ts"]);
    assert.deepEqual(head.get("metrics"), ["accuracy"]);
    assert.match(card, /^# my-model$/m);
    assert.match(card, /fine-tuned version of \[bert-base-uncased\].* on the GLUE SST-2 dataset\./);
    const last = trainer.state.logHistory.filter((entry) => "eval_loss" in entry).at(-1)!;
    assert.ok(card.includes(`- Loss: ${Number(last.eval_loss!.toFixed(4))}`));
    assert.match(card, /- learning_rate: 0\.01\n- train_batch_size: 8\n/);
    assert.match(card, /\| Training Loss \| Epoch \| Step \| Validation Loss \| Accuracy \|/);
    assert.equal(card.match(/^\| \d/gm)!.length, 2, "a line for each evaluation");
    await assert.rejects(trainer.createModelCard({ licence: "mit" } as object), /no option 'licence'/);
  });

  test("modelInit makes a new model for each run, and the one before is gone", async () => {
    let made = 0;
    const trainer = tinyTrainer(
      { maxSteps: 1 },
      { model: undefined, modelInit: () => (made++, Promise.resolve(tinyBert())) },
    );
    await trainer.train();
    const first = weightsOf(trainer.model);
    const { numTensors } = tf.memory();
    await trainer.train();
    assert.equal(made, 2);
    assert.equal(tf.memory().numTensors, numTensors);
    assert.deepEqual(weightsOf(trainer.model), first);
    assert.throws(() => tinyTrainer({}, { modelInit: () => tinyBert() }), /either a model or modelInit/);
  });
});
