import assert from "node:assert/strict";
import path from "node:path";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import test, { after, before } from "node:test";
import { DataCollatorWithPadding } from "../../lib/src/collators/data-collator-with-padding";
import type { Dataset } from "../../lib/src/datasets/dataset";
import { ClassLabel } from "../../lib/src/datasets/features";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import type { Row } from "../../lib/src/datasets/rows";
import { argmax } from "../../lib/src/evaluation/argmax";
import { evaluate } from "../../lib/src/evaluation/evaluate";
import type { GlueTask } from "../../lib/src/evaluation/glue";
import { squeeze } from "../../lib/src/evaluation/squeeze";
import { AutoModelForSequenceClassification } from "../../lib/src/models/auto";
import { BertConfig } from "../../lib/src/models/bert/configuration";
import { AutoTokenizer } from "../../lib/src/tokenizers/auto-tokenizer";
import type { Logs } from "../../lib/src/training/callbacks";
import { Trainer } from "../../lib/src/training/trainer";
import { TrainingArguments } from "../../lib/src/training/training-arguments";
import { startEngine } from "../engine";

const GLUE = path.join(__dirname, "../fixtures/datasets/glue");
const out = mkdtempSync(path.join(tmpdir(), "glue-tasks-"));
before(() => startEngine("wasm"));
after(() => rmSync(out, { recursive: true }));

/** GLUE's nine tasks: their columns of text, and the figures that they are scored by. */
const TASKS: Record<string, { text: [string, string?]; figures: string[] }> = {
  cola: { text: ["sentence"], figures: ["matthews_correlation"] },
  sst2: { text: ["sentence"], figures: ["accuracy"] },
  mrpc: { text: ["sentence1", "sentence2"], figures: ["accuracy", "f1"] },
  qqp: { text: ["question1", "question2"], figures: ["accuracy", "f1"] },
  stsb: { text: ["sentence1", "sentence2"], figures: ["pearson", "spearmanr"] },
  mnli: { text: ["premise", "hypothesis"], figures: ["accuracy"] },
  qnli: { text: ["question", "sentence"], figures: ["accuracy"] },
  rte: { text: ["sentence1", "sentence2"], figures: ["accuracy"] },
  wnli: { text: ["sentence1", "sentence2"], figures: ["accuracy"] },
};

const config = (numLabels: number) =>
  new BertConfig({
    vocabSize: 8000,
    hiddenSize: 16,
    numHiddenLayers: 1,
    numAttentionHeads: 2,
    intermediateSize: 32,
    numLabels,
  });

for (const [task, { text, figures }] of Object.entries(TASKS)) {
  test(`${task} loads, tokenizes, trains and evaluates with its own metric`, async () => {
    const raw = await loadDataset<Row>(GLUE, task);
    const tokenizer = await AutoTokenizer.fromPretrained("bert-tiny-reviews");
    const [first, second] = text;
    const tokenized = await raw.map(
      (batch) =>
        tokenizer(batch[first] as string[], {
          truncation: true,
          ...(second !== undefined && { textPair: batch[second] as string[] }),
        }),
      { batched: true, removeColumns: [...(text as string[]), "idx"] },
    );
    if (second !== undefined) {
      const { token_type_ids: types } = tokenized.train.at(0);
      assert.deepEqual([...new Set(types as number[])], [0, 1], "two segments");
    }
    const label = raw.train.features.get("label");
    const isRegression = !(label instanceof ClassLabel);
    assert.equal(isRegression, task === "stsb");
    const model = await AutoModelForSequenceClassification.fromConfig(
      config(isRegression ? 1 : label.numClasses),
    );
    const metric = await evaluate.load("glue", task as GlueTask);
    const splits = raw.splitNames.filter((name) => name.startsWith("validation"));
    const evalDataset =
      splits.length === 1
        ? tokenized.validation
        : Object.fromEntries(
            splits.map((name): [string, Dataset] => [name.replace("validation_", ""), tokenized.split(name)]),
          );
    const logged: Logs[] = [];
    const trainer = new Trainer({
      model,
      args: new TrainingArguments({ outputDir: out, maxSteps: 30, learningRate: 1e-2, saveStrategy: "no" }),
      trainDataset: tokenized.train,
      evalDataset,
      dataCollator: new DataCollatorWithPadding({ tokenizer }),
      computeMetrics: ({ predictions, labelIds }) =>
        metric.compute({
          predictions: isRegression ? squeeze(predictions) : argmax(predictions),
          references: labelIds,
        }),
      callbacks: [{ onEvaluate: (_, metrics) => void logged.push(metrics) }],
    });
    const start = await trainer.evaluate(tokenized.train, "start");
    await trainer.train();
    const end = await trainer.evaluate(tokenized.train, "end");
    assert.ok(end.end_loss! < 0.9 * start.start_loss!, `${end.end_loss} < ${start.start_loss}`);
    logged.length = 0;
    const metrics = await trainer.evaluate();
    const prefixes = splits.length === 1 ? ["eval"] : ["eval_matched", "eval_mismatched"];
    assert.equal(logged.length, prefixes.length);
    for (const prefix of prefixes) {
      for (const figure of ["loss", "runtime", ...figures]) {
        assert.equal(typeof metrics[`${prefix}_${figure}`], "number", `${prefix}_${figure}`);
      }
    }
    const predicted = await trainer.predict(tokenized.split(raw.has("test") ? "test" : "test_matched"));
    assert.deepEqual(predicted.predictions.shape, [6, isRegression ? 1 : label.numClasses]);
  });
}

test("STS-B's loss is the mean squared error, also where all labels of a batch are whole", async () => {
  const { train } = await loadDataset<Row>(GLUE, "stsb");
  const tokenizer = await AutoTokenizer.fromPretrained("bert-tiny-reviews");
  const rows = await train.map(
    (batch) => tokenizer(batch.sentence1 as string[], { textPair: batch.sentence2 as string[] }),
    { batched: true },
  );
  const whole = rows.filter(({ label }) => Number.isInteger(label));
  const model = await AutoModelForSequenceClassification.fromConfig(config(1));
  for (const dataset of [rows, await whole]) {
    const trainer = new Trainer({
      model,
      args: new TrainingArguments({ outputDir: out }),
      dataCollator: new DataCollatorWithPadding({ tokenizer }),
    });
    const { predictions, labelIds, metrics } = await trainer.predict(dataset);
    const squares = Array.from(labelIds!, (label, i) => (label - predictions.data[i]!) ** 2);
    const mean = squares.reduce((sum, square) => sum + square, 0) / squares.length;
    assert.ok(Math.abs(metrics.test_loss! - mean) < 1e-5, `${metrics.test_loss} ${mean}`);
    assert.equal(model.config.toJson().problem_type, "regression");
  }
});
