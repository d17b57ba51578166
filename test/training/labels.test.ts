import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { DataCollatorWithPadding } from "../../lib/src/collators/data-collator-with-padding";
import { Dataset } from "../../lib/src/datasets/dataset";
import { BertTokenizer } from "../../lib/src/tokenizers/bert-tokenizer";
import { Trainer } from "../../lib/src/training/trainer";
import { TrainingArguments } from "../../lib/src/training/training-arguments";
import { startEngine } from "../engine";
import { tinyBert } from "../models/tiny-bert";

const tokenizer = BertTokenizer.fromVocab(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "good", "bad", "film"]);
const out = mkdtempSync(path.join(tmpdir(), "finetune-labels-"));

async function trained(columns: Record<string, unknown[]>, numLabels = 2) {
  const rows = Dataset.fromDict({ text: ["good film", "bad film", "film"], ...columns });
  const trainDataset = await rows.map(({ text }) => tokenizer(text));
  const model = tinyBert({ numLabels });
  const trainer = new Trainer({
    model,
    args: new TrainingArguments({ outputDir: out, maxSteps: 1, saveStrategy: "no", disableTqdm: true }),
    trainDataset,
    evalDataset: trainDataset,
    dataCollator: new DataCollatorWithPadding({ tokenizer }),
    computeMetrics: ({ predictions, labelIds }) => ({
      scores: predictions.data.length,
      labels: labelIds.length,
    }),
  });
  const { trainingLoss } = await trainer.train();
  return { trainingLoss, model, metrics: await trainer.evaluate() };
}

describe("labels that a dataset may have", () => {
  before(() => startEngine("cpu"));
  after(() => rmSync(out, { recursive: true, force: true }));

  test("none: the message names the columns that there are, and the verb", async () => {
    await assert.rejects(trained({ sentiment: [1, 0, 0] }), {
      name: "ConfigError",
      message: /has the columns text, sentiment, input_ids.*renameColumn/,
    });
  });

  test("texts: they are to be numbered", async () => {
    await assert.rejects(trained({ label: ["pos", "neg", "neg"] }), {
      name: "DatasetError",
      message: /Row \d of the dataset: label is a string.*classEncodeColumn\("label"\)/,
    });
  });

  for (const label of [
    [1, null, 0],
    [null, 1, 0],
  ]) {
    test(`missing ones (${JSON.stringify(label)}): the row is named`, async () => {
      await assert.rejects(trained({ label }), {
        name: "DatasetError",
        message: new RegExp(`Row ${label.indexOf(null)} of the dataset: label is null.*filter`),
      });
    });
  }

  test("fractions, of a model of classes: the row is named", async () => {
    await assert.rejects(trained({ label: [1, 0.5, 0] }), {
      name: "ConfigError",
      message: /Row 1 of the dataset has the label 0.5; this model has 2 classes/,
    });
  });

  test("several a row: binary cross-entropy, also of probabilities", async () => {
    for (const labels of [
      [
        [1, 0, 1],
        [0, 0, 1],
        [1, 1, 0],
      ],
      [
        [0.5, 0, 1],
        [0, 0, 1],
        [1, 1, 0],
      ],
    ]) {
      const { trainingLoss, model, metrics } = await trained({ labels }, 3);
      assert.ok(trainingLoss > 0);
      assert.equal(model.config.toJson().problem_type, "multi_label_classification");
      assert.deepEqual([metrics.eval_scores, metrics.eval_labels], [9, 9]);
    }
  });
});
