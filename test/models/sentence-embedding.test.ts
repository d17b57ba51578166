import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { DataCollatorForMultipleChoice } from "../../lib/src/collators/data-collator-for-multiple-choice";
import { AutoModel, AutoModelForSentenceEmbedding } from "../../lib/src/models/auto";
import { getPeftModel } from "../../lib/src/models/peft/peft-model";
import { Trainer } from "../../lib/src/training/trainer";
import { cutBatch } from "../../lib/src/training/step/batch-parts";
import { TrainingArguments } from "../../lib/src/training/training-arguments";
import { onEachEngine } from "../engine";
import { assertClose } from "../ops/against-reference";
import { temporaryFolder, warningsOf } from "./tiny-bert";

interface Fixture {
  groups: number[][][];
  labels: number[];
  embeddings: number[][][];
  cosines: number[];
  cosine: Figures;
  ranking: Figures;
}

interface Figures {
  loss: number;
  gradNorm: number;
}

const FIXTURES = path.resolve(__dirname, "../fixtures");
const MODEL = path.join(FIXTURES, "conformance/families/bert-masked-lm/model");
const fixture = JSON.parse(
  readFileSync(path.join(FIXTURES, "models/sentence-embedding.json"), "utf8"),
) as Fixture;
const tokenizer = { padTokenId: 0, padTokenTypeId: 0, paddingSide: "right", modelMaxLength: 40 } as const;
const collator = new DataCollatorForMultipleChoice({ tokenizer });
const rows = fixture.groups.map((input_ids, i) => ({ input_ids, label: fixture.labels[i]! }));
const unlabelled = rows.map(({ input_ids }) => ({ input_ids }));

/** A new head has nothing to warn of but the checkpoint's own one. */
async function load() {
  let model: Awaited<ReturnType<typeof AutoModelForSentenceEmbedding.fromPretrained>> | undefined;
  await warningsOf(async () => void (model = await AutoModelForSentenceEmbedding.fromPretrained(MODEL)));
  return model!;
}

onEachEngine("a model that embeds sentences", () => {
  test("has the embeddings, losses and gradients of sentence-transformers", async () => {
    const model = await load();
    const variables = Array.from(model.namedParameters(), ([, { value }]) => value);
    for (const [name, given] of [
      ["cosine", rows],
      ["ranking", unlabelled],
    ] as const) {
      const batch = collator(given);
      const output = model.forward(batch);
      assertClose(output.embeddings.dataSync(), fixture.embeddings.flat(2), 1e-5);
      assertClose(output.logits.dataSync(), fixture.cosines, 1e-5);
      const { value, grads } = tf.variableGrads(() => model.forward(batch).loss!, variables);
      assertClose(value.dataSync(), [fixture[name].loss], 1e-5, name);
      const squares = Object.values(grads).map((gradient) => tf.sum(tf.square(gradient)).dataSync()[0]!);
      const norm = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
      assert.ok(Math.abs(norm / fixture[name].gradNorm - 1) < 1e-4, `${name}: ${norm}`);
    }
  });
});

test("single texts give their embeddings", async () => {
  const model = await load();
  const ids = tf.tensor2d([fixture.groups[0]![0]!], undefined, "int32");
  const { embeddings, loss } = model.forward({ input_ids: ids });
  assertClose(embeddings.dataSync(), fixture.embeddings[0]![0]!, 1e-5);
  assert.equal(loss, undefined);
});

test("its files are the body's, and say that the mean is taken", async (context) => {
  const model = await load();
  const folder = temporaryFolder(context);
  await model.savePretrained(folder);
  assert.deepEqual(readdirSync(folder).sort(), [
    "1_Pooling",
    "config.json",
    "model.safetensors",
    "modules.json",
  ]);
  const json = (name: string) =>
    JSON.parse(readFileSync(path.join(folder, name), "utf8")) as Record<string, unknown>;
  assert.deepEqual(json("config.json").architectures, ["BertModel"]);
  assert.equal(json("1_Pooling/config.json").pooling_mode_mean_tokens, true);
  assert.equal(json("1_Pooling/config.json").word_embedding_dimension, model.config.hiddenSize);
  const body = await AutoModel.fromPretrained(folder, { seed: 3 });
  const weights = await body.stateDict();
  for (const [name, { data }] of await model.stateDict())
    assert.deepEqual(weights.get(name)?.data, data, name);
});

test("it learns by the Trainer, with an adapter too, and finds what belongs together", async (context) => {
  const dataset = { length: 3, at: (row: number) => unlabelled[row]! };
  const args = new TrainingArguments({
    outputDir: temporaryFolder(context),
    saveStrategy: "no",
    maxSteps: 8,
    learningRate: 1e-2,
    perDeviceTrainBatchSize: 3,
  });
  for (const model of [await load(), getPeftModel(await load())]) {
    const trainer = new Trainer({
      model,
      args,
      trainDataset: dataset,
      evalDataset: dataset,
      dataCollator: collator,
    });
    const before = (await trainer.evaluate()).eval_loss as number;
    await trainer.train();
    assert.ok(((await trainer.evaluate()).eval_loss as number) < before);
    const { predictions } = await trainer.predict(dataset);
    assert.deepEqual(predictions.shape, [3, 1]);
  }
});

test("a batch whose rows are held against each other is not divided", async () => {
  const model = await load();
  assert.equal(model.comparesRows(collator(unlabelled) as never), true);
  assert.equal(model.comparesRows(collator(rows) as never), false);
  const batch = collator(unlabelled);
  const whole = { batch, rows: Int32Array.of(0, 1, 2), microStep: 0, weight: 1 };
  const halves = [
    { from: 0, to: 2 },
    { from: 2, to: 3 },
  ];
  assert.throws(() => cutBatch(whole, halves, ({ input_ids }) => input_ids.shape[0], model), {
    name: "ConfigError",
    message: /holds the rows of a batch against each other.*Choose a smaller perDeviceTrainBatchSize/,
  });
});

test("what does not fit is refused", async () => {
  const model = await load();
  const refuses = (given: object[], message: RegExp) =>
    assert.throws(() => model.forward(collator(given as never)), { name: "ConfigError", message });
  refuses([{ input_ids: [[2, 3]] }], /Each row has one text/);
  refuses(
    [
      {
        input_ids: [
          [2, 3],
          [2, 3],
        ],
        label: 5,
      },
    ],
    /Row 0 of the batch: the label 5 is no cosine.*divided by 5/,
  );
  refuses(
    [
      {
        input_ids: [
          [2, 3],
          [2, 3],
          [2, 3],
        ],
        label: 1,
      },
    ],
    /said of pairs, \[batch, 2, length\]/,
  );
});
