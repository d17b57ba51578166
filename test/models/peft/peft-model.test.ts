import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { readSafetensors } from "../../../lib/src/checkpoints/safetensors";
import { CheckpointError, ConfigError } from "../../../lib/src/errors";
import { AutoModelForSequenceClassification } from "../../../lib/src/models/auto";
import { LoraConfig } from "../../../lib/src/models/peft/lora-config";
import { getPeftModel, PeftModel } from "../../../lib/src/models/peft/peft-model";
import { backward } from "../../../lib/src/training/step/backward";
import { onEachEngine, startEngine } from "../../engine";
import { assertClose } from "../../ops/against-reference";
import { tinyTrainer } from "../../training/tiny-task";
import { temporaryFolder, tinyBert } from "../tiny-bert";
import { pythonWith } from "../../python";

const peft = pythonWith("torch", "peft");
const FIXTURES = path.resolve(__dirname, "../../fixtures");
const MODEL = path.join(FIXTURES, "conformance/tiny-bert/model");
const adapterOf = (name: string) => path.join(FIXTURES, "peft", name);
const ADAPTERS = ["query-value", "all-linear"];

const given = JSON.parse(readFileSync(path.join(MODEL, "../forward.json"), "utf8")) as Record<
  "input_ids" | "attention_mask" | "labels",
  number[][]
>;
const batch = () => ({
  input_ids: tf.tensor2d(given.input_ids, undefined, "int32"),
  attention_mask: tf.tensor2d(given.attention_mask, undefined, "int32"),
  labels: tf.tensor1d(given.labels as unknown as number[], "int32"),
});
const expectedOf = (name: string) =>
  JSON.parse(readFileSync(path.join(adapterOf(name), "expected.json"), "utf8")) as {
    logits: number[][];
    loss: number;
    trainable: number;
  };
const logitsOf = (model: { forward: (inputs: ReturnType<typeof batch>) => object }) =>
  tf.tidy(() => [...(model.forward(batch()) as { logits: tf.Tensor }).logits.dataSync()]);

onEachEngine("LoRA", () => {
  for (const name of ADAPTERS) {
    test(`${name}: an adapter of PEFT's has PEFT's logits, loss and gradients`, async () => {
      const base = await AutoModelForSequenceClassification.fromPretrained(MODEL);
      const model = await PeftModel.fromPretrained(base, adapterOf(name), { isTrainable: true });
      const expected = expectedOf(name);
      assertClose(logitsOf(model), expected.logits.flat(), 1e-5);
      assert.equal(model.numParameters({ onlyTrainable: true }), expected.trainable);
      const gradients = new Map<string, tf.Tensor>();
      const trained = [...model.namedParameters()].filter(([, { requiresGrad }]) => requiresGrad);
      const loss = backward(gradients, trained, batch(), (inputs) => model.forward(inputs).loss!, 1);
      assertClose([...loss.dataSync()], [expected.loss], 1e-5);
      const { tensors } = await readSafetensors(path.join(adapterOf(name), "gradients.safetensors"));
      assert.equal(gradients.size, tensors.size);
      for (const [stored, { data }] of tensors) {
        const own = stored.replace(/^base_model\.model\.|\.modules_to_save/g, "");
        assertClose([...gradients.get(own)!.dataSync()], [...(data as Float32Array)], 1e-5);
      }
      tf.dispose([loss, ...gradients.values()]);
      model.dispose();
    });

    test(`${name}: merged, the model computes the same, and unmerged what it did before`, async () => {
      const base = await AutoModelForSequenceClassification.fromPretrained(MODEL);
      const before = logitsOf(base);
      const tensorsBefore = tf.memory().numTensors;
      const merged = (await PeftModel.fromPretrained(base, adapterOf(name))).mergeAndUnload();
      assert.equal(merged, base);
      assertClose(logitsOf(merged), expectedOf(name).logits.flat(), 1e-5);
      assert.equal(tf.memory().numTensors, tensorsBefore);
      assert.ok([...merged.namedParameters()].every(([, { requiresGrad }]) => requiresGrad));
      merged.dispose();
      const again = await AutoModelForSequenceClassification.fromPretrained(MODEL);
      const names = [...again.namedParameters()].map(([each]) => each);
      const config = new LoraConfig({ modulesToSave: [] });
      const unloaded = getPeftModel(again, config).unload();
      assert.deepEqual(
        [...unloaded.namedParameters()].map(([each]) => each),
        names,
      );
      assertClose(logitsOf(unloaded), before, 0);
      again.dispose();
    });
  }
});

test("a new adapter changes nothing yet; only it and the head are trained", async () => {
  await startEngine("native");
  const base = await AutoModelForSequenceClassification.fromPretrained(MODEL);
  const before = logitsOf(base);
  const model = getPeftModel(base, new LoraConfig({ r: 2, loraAlpha: 4 }));
  assertClose(logitsOf(model), before, 0);
  const trained = [...model.namedParameters()].filter(([, p]) => p.requiresGrad).map(([name]) => name);
  assert.deepEqual(
    trained.filter((name) => !/\.(query|value)\.lora_[AB]\.weight$/.test(name)),
    ["classifier.weight", "classifier.bias"],
  );
  assert.equal(trained.length, 4 + 2);
  assert.deepEqual(model.peftConfig.modulesToSave, ["classifier"]);
  assert.equal(model.peftConfig.taskType, "SEQ_CLS");
});

test("the Trainer trains the adapter alone, and a resumed run is the unbroken one", async (context) => {
  await startEngine("native");
  const outputDir = temporaryFolder(context);
  const run = async (maxSteps: number, resumeFromCheckpoint = false) => {
    const base = tinyBert();
    const model = getPeftModel(base, new LoraConfig({ r: 2, loraAlpha: 8, loraDropout: 0.1 }));
    const frozen = new Map([...base.namedParameters()].filter(([, p]) => !p.requiresGrad));
    const before = [...frozen.values()].flatMap(({ value }) => [...value.dataSync()]);
    const trainer = tinyTrainer(
      {
        maxSteps,
        outputDir,
        saveStrategy: "steps",
        saveSteps: 3,
        loggingSteps: 1,
        lrSchedulerType: "constant",
      },
      { model },
    );
    await trainer.train({ resumeFromCheckpoint });
    assert.deepEqual(
      [...frozen.values()].flatMap(({ value }) => [...value.dataSync()]),
      before,
    );
    const losses = trainer.state.logHistory.flatMap(({ loss }) => loss ?? []);
    return { losses, adapter: await model.stateDict() };
  };
  const first = await run(3);
  assert.ok(first.losses.length === 3);
  const checkpoint = path.join(outputDir, "checkpoint-3");
  assert.ok(existsSync(path.join(checkpoint, "adapter_model.safetensors")));
  assert.ok(!existsSync(path.join(checkpoint, "model.safetensors")), "the base model is not saved with it");
  const resumed = await run(6, true);
  assert.deepEqual(resumed, await run(6));
});

test("what it writes it reads, in half precision too", async (context) => {
  await startEngine("native");
  const folder = temporaryFolder(context);
  const load = () => AutoModelForSequenceClassification.fromPretrained(MODEL);
  const model = await PeftModel.fromPretrained(await load(), adapterOf("all-linear"));
  await model.savePretrained(folder);
  const again = await PeftModel.fromPretrained(await load(), folder);
  assert.deepEqual(await again.stateDict(), await model.stateDict());
  assert.equal(again.peftConfig.scaling, 5 / Math.SQRT2);
  await model.savePretrained(folder, { dtype: "float16" });
  const half = await PeftModel.fromPretrained(await load(), folder);
  assertClose(logitsOf(half), logitsOf(model), 1e-2);
});

test("what cannot be an adapter of this model is refused, and leaves it as it was", async (context) => {
  await startEngine("native");
  const base = await AutoModelForSequenceClassification.fromPretrained(MODEL);
  const names = [...base.namedParameters()].map(([name]) => name);
  const refused = (words: RegExp) => (error: unknown) =>
    (error instanceof ConfigError || error instanceof CheckpointError) && words.test(error.message);
  assert.throws(() => new LoraConfig({ rank: 4 } as object), refused(/there is no option 'rank'/));
  assert.throws(() => new LoraConfig({ r: 0 }), refused(/r is 0/));
  assert.throws(
    () => getPeftModel(base, new LoraConfig({ targetModules: ["querry"] })),
    refused(/fits no linear layer.*Did you mean 'query'/),
  );
  assert.throws(
    () => getPeftModel(base, new LoraConfig({ modulesToSave: ["head"] })),
    refused(/modulesToSave \["head"\] names no part/),
  );
  await assert.rejects(PeftModel.fromPretrained(base, MODEL), refused(/adapter_config\.json/));
  await assert.rejects(
    AutoModelForSequenceClassification.fromPretrained(adapterOf("query-value")),
    refused(/holds an adapter, not a whole model.*PeftModel\.fromPretrained/),
  );
  const folder = temporaryFolder(context);
  const rewrite = (change: object) => {
    rmSync(folder, { recursive: true });
    cpSync(adapterOf("query-value"), folder, { recursive: true });
    const file = path.join(folder, "adapter_config.json");
    const json = JSON.parse(readFileSync(file, "utf8")) as object;
    writeFileSync(file, JSON.stringify({ ...json, ...change }));
  };
  rewrite({ use_dora: true });
  await assert.rejects(PeftModel.fromPretrained(base, folder), refused(/use_dora is true/));
  rewrite({ peft_type: "PREFIX_TUNING" });
  await assert.rejects(PeftModel.fromPretrained(base, folder), refused(/PREFIX_TUNING/));
  rewrite({ r: 4 });
  await assert.rejects(
    PeftModel.fromPretrained(base, folder),
    refused(/lora_A\.weight' has the shape \[3, 8\]/),
  );
  rewrite({ target_modules: ["key"] });
  await assert.rejects(PeftModel.fromPretrained(base, folder), refused(/has no tensor .*key\.lora_A/));
  assert.deepEqual(
    [...base.namedParameters()].map(([name]) => name),
    names,
  );
  assert.ok([...base.namedParameters()].every(([, { requiresGrad }]) => requiresGrad));
  const model = getPeftModel(base);
  assert.throws(() => getPeftModel(model), refused(/has an adapter already/));
});

test("PEFT loads what it saves", { skip: peft.skip }, async (context) => {
  await startEngine("native");
  const folder = temporaryFolder(context);
  const base = await AutoModelForSequenceClassification.fromPretrained(MODEL);
  const model = getPeftModel(base, new LoraConfig({ r: 2, loraAlpha: 3, targetModules: "all-linear" }));
  const parameters = [...model.namedParameters()].filter(([name]) => /lora_B/.test(name));
  for (const [, parameter] of parameters) {
    parameter.set(Float32Array.from({ length: parameter.size }, (_, i) => Math.sin(i) / 5));
  }
  await model.savePretrained(folder);
  const program = `
import json, sys, torch
from peft import PeftModel
from transformers import BertForSequenceClassification
given = json.load(open(sys.argv[3]))
model = PeftModel.from_pretrained(BertForSequenceClassification.from_pretrained(sys.argv[1]), sys.argv[2]).eval()
output = model(**{name: torch.tensor(given[name]) for name in ("input_ids", "attention_mask", "labels")})
print(json.dumps(output.logits.flatten().tolist()))`;
  const printed = execFileSync(
    peft.python,
    ["-c", program, MODEL, folder, path.join(MODEL, "../forward.json")],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  assertClose(logitsOf(model), JSON.parse(printed.trim().split("\n").at(-1)!) as number[], 1e-5);
});
