import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { before, describe, test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { inventReviews } from "../../../data/make-reviews";
import {
  addDefaultCallback,
  AutoModel,
  AutoModelForMaskedLM,
  AutoTokenizer,
  BertConfig,
  BertModel,
  setProgressReporter,
  trainWordPiece,
} from "../../../lib/src/index";
import { pretrain } from "../../../scripts/pretrain/main";
import { startEngine } from "../../engine";
import { temporaryFolder } from "../../models/tiny-bert";

const ROOT = path.resolve(__dirname, "../../..");
const CHECKED_IN = path.join(ROOT, "data/bert-3x384/pretrain.json");

addDefaultCallback(() => ({}));
setProgressReporter(() => ({ update: () => {}, finish: () => {} }));

interface Setting {
  /** The config's file. */
  config: string;
  folder: string;
}

/** A teacher of three small layers, and a config that makes two of them into a student. */
async function setting(context: TestContext, changes: object = {}): Promise<Setting> {
  const folder = temporaryFolder(context);
  const teacher = path.join(folder, "teacher");
  const tokenizer = trainWordPiece(inventReviews(400, 3), { vocabSize: 400, modelMaxLength: 32 });
  const sizes = { hiddenSize: 16, numHiddenLayers: 3, numAttentionHeads: 2, intermediateSize: 32 };
  const shape = new BertConfig({
    ...sizes,
    vocabSize: tokenizer.size,
    maxPositionEmbeddings: 32,
    initializerRange: 0.2,
  });
  await new BertModel(shape, 7).initializeWeights().savePretrained(teacher);
  await tokenizer.savePretrained(teacher);
  writeFileSync(
    path.join(folder, "lines.txt"),
    "One line of a file of texts.\nAnother one, with a few more words.\n",
  );
  const config = path.join(folder, "pretrain.json");
  const content = {
    texts: [
      { reviews: 300, seed: 5, licence: "CC0-1.0" },
      { lines: "lines.txt", licence: "none" },
    ],
    heldOut: 20,
    maxLength: 32,
    vocabulary: { from: "teacher", size: 250 },
    model: { from: "teacher", layers: [0, 2], dropout: 0 },
    objective: { teacher: "teacher", hiddenStates: { layers: [[2, 3]] } },
    arguments: {
      maxSteps: 24,
      perDeviceTrainBatchSize: 8,
      learningRate: 1e-3,
      loggingSteps: 1,
      saveSteps: 6,
      evalStrategy: "steps",
      evalSteps: 8,
    },
    seed: 3,
    output: { directory: "made", dtype: "float16" },
    ...changes,
  };
  writeFileSync(config, JSON.stringify(content));
  return { config, folder };
}

/** Runs a config without its lines on the screen. */
async function quietly<T>(body: () => Promise<T>): Promise<T> {
  const { log, warn } = console;
  console.log = console.warn = () => {};
  try {
    return await body();
  } finally {
    Object.assign(console, { log, warn });
  }
}

/** What a run leaves: its curve and its weights, byte for byte. */
const leftBy = (folder: string) => ({
  curve: readFileSync(path.join(folder, "loss-curve.tsv"), "utf8"),
  weights: readFileSync(path.join(folder, "model.safetensors")).toString("base64"),
});

describe("npm run pretrain", () => {
  before(() => startEngine("wasm"));

  test("the same config gives the same loss curve and weights, and the loss falls", async (context) => {
    const { config, folder } = await setting(context);
    const run = (name: string) => {
      const [output, work] = [path.join(folder, name), path.join(folder, `work-${name}`)];
      return quietly(() => pretrain(config, { output, work }));
    };
    const log = await run("one");
    await run("two");
    assert.deepEqual(leftBy(path.join(folder, "two")), leftBy(path.join(folder, "one")));
    const losses = log.flatMap(({ loss }) => loss ?? []);
    assert.ok(losses.length === 24 && losses.at(-1)! < 0.7 * losses[0]!, losses.join(" "));
    const model = await AutoModel.fromPretrained(path.join(folder, "one"));
    const tokenizer = await AutoTokenizer.fromPretrained(path.join(folder, "one"));
    const { vocabSize, numHiddenLayers, hiddenDropoutProb } = model.config;
    assert.deepEqual([vocabSize, tokenizer.size, numHiddenLayers, hiddenDropoutProb], [250, 250, 2, 0.1]);
  });

  test("killed at any moment and begun again it ends with the same bytes", async (context) => {
    const { config, folder } = await setting(context);
    const whole = path.join(folder, "whole");
    await quietly(() => pretrain(config, { output: whole, work: path.join(folder, "work-whole") }));
    const [output, work] = [path.join(folder, "broken"), path.join(folder, "work-broken")];
    const command = ["--import", "tsx", path.join(ROOT, "scripts/pretrain/main.ts"), config];
    const killed = spawn(process.execPath, [...command, "--output", output, "--work", work], {
      cwd: ROOT,
      env: { ...process.env, FINETUNE_ENGINE: "wasm" },
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => killed.once("exit", (_, signal) => resolve(signal)));
    const saved = () => existsSync(work) && readdirSync(work).some((name) => /^checkpoint-\d+$/.test(name));
    while (!saved() && killed.exitCode === null) await sleep(5);
    killed.kill("SIGKILL");
    assert.equal(await ended, "SIGKILL");
    assert.ok(!existsSync(output), "it was not finished");
    await quietly(() => pretrain(config, { output, work }));
    assert.deepEqual(leftBy(output), leftBy(whole));
  });

  test("masked words are learnt with a vocabulary and a model of one's own", async (context) => {
    const { config, folder } = await setting(context, {
      vocabulary: { train: 300 },
      model: {
        config: {
          hiddenSize: 16,
          numHiddenLayers: 1,
          numAttentionHeads: 2,
          intermediateSize: 32,
          maxPositionEmbeddings: 32,
        },
        dropout: 0,
      },
      objective: { maskedLanguage: { wholeWordMask: true } },
    });
    const output = path.join(folder, "made");
    const log = await quietly(() => pretrain(config, { work: path.join(folder, "work") }));
    assert.ok(log.some((entry) => entry.eval_loss! > 0));
    const model = await AutoModelForMaskedLM.fromPretrained(output);
    assert.equal(model.config.vocabSize, (await AutoTokenizer.fromPretrained(output)).size);
  });

  test("a config that cannot work is refused by its key", async (context) => {
    for (const [changes, pattern] of [
      [{ steps: 3 }, /there is no key 'steps'; there are texts, heldOut/],
      [{ seed: undefined }, /the key 'seed' is missing/],
      [
        { vocabulary: { from: "teacher", sise: 250 } },
        /vocabulary: there is no key 'sise'; there are train; or from, size/,
      ],
      [{ model: { from: "teacher", dropout: 0 } }, /model: the key 'layers' is missing/],
      [{ texts: [{ wordnet: "x" }] }, /texts\[0\]: the key 'licence' is missing/],
      [
        { texts: [{ lines: "nowhere.txt", licence: "" }] },
        /nowhere\.txt: is not there; the config names it under "texts"/,
      ],
      [{ vocabulary: { train: 300 } }, /let vocabulary\.from be the same checkpoint/],
    ] as const) {
      const { config, folder } = await setting(context, changes);
      await assert.rejects(
        quietly(() => pretrain(config, { work: path.join(folder, "work") })),
        pattern,
      );
    }
  });
});

/** The texts and the teacher of the checked-in config. */
const SHARED = path.resolve(ROOT, "../shared/data");
const missing = [path.join(SHARED, "minilm-l6"), path.join(SHARED, "sst2"), "/usr/share/wordnet"].find(
  (each) => !existsSync(each),
);

test(
  "the checked-in config, shortened, gives the same curve twice",
  { skip: missing ? `${missing} is not there` : false },
  async (context) => {
    const folder = temporaryFolder(context);
    const whole = JSON.parse(readFileSync(CHECKED_IN, "utf8")) as { texts: object[]; arguments: object };
    const config = path.join(folder, "pretrain.json");
    const text = JSON.stringify({
      ...whole,
      texts: [{ reviews: 300, seed: 5, licence: "CC0-1.0" }],
      heldOut: 10,
      arguments: { ...whole.arguments, maxSteps: 3, evalStrategy: "no", loggingSteps: 1, saveStrategy: "no" },
    });
    writeFileSync(config, text.replaceAll("../../../shared/data", SHARED));
    await startEngine("native").catch(() => startEngine("wasm"));
    for (const name of ["one", "two"]) {
      await quietly(() =>
        pretrain(config, { output: path.join(folder, name), work: path.join(folder, `work-${name}`) }),
      );
    }
    assert.deepEqual(leftBy(path.join(folder, "two")), leftBy(path.join(folder, "one")));
  },
);
