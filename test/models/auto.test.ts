import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { readSafetensors } from "../../lib/src/checkpoints/safetensors";
import { writeSafetensors } from "../../lib/src/checkpoints/safetensors-writer";
import { CheckpointError, ConfigError } from "../../lib/src/errors";
import { AutoConfig, AutoModelForSequenceClassification } from "../../lib/src/models/auto";
import { BertConfig } from "../../lib/src/models/bert/configuration";
import type { SequenceClassificationModel } from "../../lib/src/models/heads/sequence-classification";
import { startEngine } from "../engine";
import { batchOf, temporaryFolder, TINY, tinyBert, warningsOf } from "./tiny-bert";

const Auto = AutoModelForSequenceClassification;

describe("AutoModelForSequenceClassification", () => {
  before(() => startEngine("cpu"));

  const logitsOf = (model: SequenceClassificationModel) =>
    tf.tidy(() => model.forward(batchOf([[2, 7, 9, 3], [4]])).logits.arraySync());

  test("what is saved loads as it was, label names included", async (context) => {
    const folder = temporaryFolder(context);
    const model = tinyBert({ id2label: ["negative", "positive"] });
    await model.savePretrained(folder);
    assert.deepEqual(readdirSync(folder).sort(), ["config.json", "model.safetensors"]);
    let loaded: SequenceClassificationModel | undefined;
    assert.deepEqual(await warningsOf(async () => (loaded = await Auto.fromPretrained(folder))), []);
    assert.deepEqual(logitsOf(loaded!), logitsOf(model));
    assert.deepEqual(loaded!.config.id2label, { 0: "negative", 1: "positive" });
    assert.equal(loaded!.training, false);
    const config = JSON.parse(readFileSync(path.join(folder, "config.json"), "utf8")) as Record<
      string,
      unknown
    >;
    assert.deepEqual(config.architectures, ["BertForSequenceClassification"]);
    assert.deepEqual(config.label2id, { negative: 0, positive: 1 });
    assert.equal(config.dtype, "float32");
    const { metadata, tensors } = await readSafetensors(path.join(folder, "model.safetensors"));
    assert.equal(metadata?.format, "pt");
    assert.equal(tensors.size, 41);
  });

  test("an encoder alone gets a new head, and a warning names it", async (context) => {
    const folder = temporaryFolder(context);
    const model = tinyBert();
    await model.savePretrained(folder);
    const weights = await model.stateDict();
    weights.delete("classifier.weight");
    weights.delete("classifier.bias");
    await writeSafetensors(path.join(folder, "model.safetensors"), weights);
    const warnings = await warningsOf(() => Auto.fromPretrained(folder, { numLabels: 3 }));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /newly initialized: \['classifier\.bias', 'classifier\.weight'\]/);
  });

  test("other labels than the checkpoint's need ignoreMismatchedSizes", async (context) => {
    const folder = temporaryFolder(context);
    await tinyBert().savePretrained(folder);
    await assert.rejects(
      Auto.fromPretrained(folder, { numLabels: 4 }),
      /'classifier\.weight' has the shape \[2, 8\].*ignoreMismatchedSizes: true/,
    );
    const warnings = await warningsOf(async () => {
      const model = await Auto.fromPretrained(folder, { numLabels: 4, ignoreMismatchedSizes: true });
      assert.equal(logitsOf(model)[0]!.length, 4);
    });
    assert.match(
      warnings.join("\n"),
      /because the shapes did not match: \['classifier\.bias', 'classifier\.weight'\]/,
    );
  });

  test("fromConfig gives the same weights for the same seed", async () => {
    const config = new BertConfig({ ...TINY, initializerRange: 0.3 });
    const [first, same, other] = [
      await Auto.fromConfig(config),
      await Auto.fromConfig(config),
      await Auto.fromConfig(config, { seed: 1 }),
    ];
    assert.deepEqual(logitsOf(first), logitsOf(same));
    assert.notDeepEqual(logitsOf(first), logitsOf(other));
  });

  test("a folder without weights, or none at all, is an error", async (context) => {
    const folder = temporaryFolder(context);
    await assert.rejects(Auto.fromPretrained(path.join(folder, "nowhere")), CheckpointError);
    await assert.rejects(Auto.fromPretrained(folder), CheckpointError);
    await writeFile(path.join(folder, "config.json"), JSON.stringify(new BertConfig(TINY).toJson()));
    await assert.rejects(Auto.fromPretrained(folder), /model\.safetensors/);
  });

  test("a config of something else is an error that names it", async (context) => {
    const folder = temporaryFolder(context);
    const file = path.join(folder, "config.json");
    await writeFile(file, JSON.stringify({ model_type: "gpt2" }));
    await assert.rejects(
      AutoConfig.fromPretrained(folder),
      (error) => error instanceof ConfigError && /gpt2/.test(error.message),
    );
    await writeFile(file, "[]");
    await assert.rejects(AutoConfig.fromPretrained(folder), ConfigError);
  });

  test("the embedded checkpoint has a configuration", async () => {
    const config = await AutoConfig.fromPretrained("bert-tiny-reviews");
    assert.equal(config.numLabels, 2);
    assert.equal((await AutoConfig.fromPretrained("bert-tiny-reviews", { numLabels: 7 })).numLabels, 7);
  });
});
