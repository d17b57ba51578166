import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import type { Batch } from "../../lib/src/collators/batch";
import { sliceBatch } from "../../lib/src/collators/slice-batch";
import {
  AutoConfig,
  AutoModel,
  AutoModelForMaskedLM,
  AutoModelForSequenceClassification,
} from "../../lib/src/models/auto";
import { FAMILIES } from "../../lib/src/models/families";
import type { SequenceClassificationModel } from "../../lib/src/models/heads/sequence-classification";
import { NOTHING_BEFORE } from "../../lib/src/models/module";
import { extentOf } from "../../lib/src/models/packed-batch";
import { getPeftModel } from "../../lib/src/models/peft/peft-model";
import { keepLayers, keepTokens } from "../../lib/src/models/prune";
import { withCompositeOps } from "../../lib/src/ops/fused";
import { onEachEngine } from "../engine";
import { assertClose } from "../ops/against-reference";
import { temporaryFolder, warningsOf } from "./tiny-bert";

const FIXTURES = path.resolve(__dirname, "../fixtures/conformance/families");
const TYPES = FAMILIES.map(({ configuration }) => configuration.modelType);
const folderOf = (type: string, task = "classification") => path.join(FIXTURES, `${type}-${task}`, "model");

/** A tiny model of a family, with dropout everywhere. */
async function load(type: string): Promise<SequenceClassificationModel> {
  const config = await AutoConfig.fromPretrained(folderOf(type), {
    hiddenDropoutProb: 0.3,
    attentionProbsDropoutProb: 0.3,
  });
  return await AutoModelForSequenceClassification.fromPretrained(folderOf(type), { config });
}

const ROWS = [
  [2, 7, 9, 3],
  [2, 30, 11, 12, 13, 17, 3],
  [2, 3],
  [2, 8, 8, 8, 3],
];

function batch(padding: number, rows = ROWS): Batch & { input_ids: tf.Tensor2D } {
  const length = Math.max(...rows.map((row) => row.length));
  const grid = (valueAt: (row: number[], place: number) => number) =>
    tf.tensor2d(
      rows.map((row) => Array.from({ length }, (_, place) => valueAt(row, place))),
      undefined,
      "int32",
    );
  return {
    input_ids: grid((row, place) => row[place] ?? padding),
    attention_mask: grid((row, place) => Number(place < row.length)),
  };
}

const inputsOf = ({ config }: SequenceClassificationModel, rows = ROWS) =>
  batch(config.padTokenId ?? 0, rows);

function logitsOf(model: SequenceClassificationModel, rows = ROWS): number[] {
  return tf.tidy(() => [...model.forward(inputsOf(model, rows)).logits.dataSync()]);
}

test("there is a fixture for each task of each family", () => {
  const tasks = [
    "classification",
    "masked-lm",
    "multiple-choice",
    "question-answering",
    "token-classification",
  ];
  const expected = TYPES.flatMap((type) => tasks.map((task) => `${type}-${task}`));
  assert.deepEqual(readdirSync(FIXTURES).sort(), expected.sort());
});

for (const type of TYPES) {
  onEachEngine(`a ${type}`, () => {
    test("is saved as it was loaded, its configuration too", async (context) => {
      const folder = temporaryFolder(context);
      const model = await AutoModelForSequenceClassification.fromPretrained(folderOf(type));
      await model.savePretrained(folder);
      const again = await AutoModelForSequenceClassification.fromPretrained(folder);
      assert.deepEqual(logitsOf(again), logitsOf(model));
      const read = (directory: string) =>
        JSON.parse(readFileSync(path.join(directory, "config.json"), "utf8")) as Record<string, unknown>;
      const [written, original] = [read(folder), read(folderOf(type))];
      for (const [key, value] of Object.entries(original)) assert.deepEqual(written[key], value, key);
    });

    test("pads, packs and cuts a batch without a difference", async () => {
      const model = await load(type);
      const each = ROWS.flatMap((row) => logitsOf(model, [row]));
      assertClose(logitsOf(model), each, 2e-6);
      model.train();
      const whole = inputsOf(model);
      const parts = (cuts: readonly number[]) => {
        const ends = [...cuts, ROWS.length];
        return ends.flatMap((end, i) => {
          const from = ends[i - 1] ?? 0;
          model.context.before = i === 0 ? NOTHING_BEFORE : extentOf(whole, from);
          return tf.tidy(() => [...model.forward(sliceBatch(whole, from, end) as never).logits.dataSync()]);
        });
      };
      assertClose(parts([1, 3]), parts([]), 2e-6);
      assertClose(
        withCompositeOps(() => parts([])),
        parts([]),
        1e-5,
      );
    });

    test("has the same gradients where layers are computed again", async () => {
      const model = await load(type);
      model.train();
      const inputs = { ...inputsOf(model), labels: tf.tensor1d([0, 1, 2, 1], "int32") };
      const gradients = () => {
        const { value, grads } = tf.variableGrads(() => model.forward(inputs).loss!);
        return { loss: value.dataSync()[0]!, byName: new Map(Object.entries(grads)) };
      };
      const kept = gradients();
      model.gradientCheckpointingEnable();
      const again = gradients();
      assert.equal(again.loss, kept.loss);
      for (const [name, gradient] of kept.byName)
        assertClose(again.byName.get(name)!.dataSync(), gradient.dataSync(), 2e-6, name);
    });

    test("has the same gradients of what is trained, whatever else is frozen", async () => {
      const model = await load(type);
      const inputs = { ...inputsOf(model), labels: tf.tensor1d([0, 1, 2, 1], "int32") };
      const gradients = () => {
        const trained = [...model.namedParameters()].filter(([, { requiresGrad }]) => requiresGrad);
        const values = trained.map(([, { value }]) => value);
        const { grads } = tf.variableGrads(() => model.forward(inputs).loss!, values);
        return new Map(trained.map(([name, { value }]) => [name, grads[value.name]!.dataSync()]));
      };
      const all = gradients();
      // Layers alone: what they share with others is still trained.
      for (const [name, parameter] of model.namedParameters())
        if (/layers?\.\d+\.|embeddings\.(?!weight)/.test(name)) parameter.requiresGrad = false;
      for (const [name, values] of gradients()) assertClose(values, all.get(name)!, 2e-6, name);
    });

    test("shows its attention and its states", async () => {
      const model = await load(type);
      tf.tidy(() => {
        const inputs = inputsOf(model);
        const output = model.forward(inputs, { outputAttentions: true, outputHiddenStates: true });
        const { numHiddenLayers, numAttentionHeads, hiddenSize } = model.config;
        assert.deepEqual(
          output.attentions!.map(({ shape }) => shape),
          Array.from({ length: numHiddenLayers }, () => [4, numAttentionHeads, 7, 7]),
        );
        assert.deepEqual(
          output.hiddenStates!.map(({ shape }) => shape),
          Array.from({ length: numHiddenLayers + 1 }, () => [4, 7, hiddenSize]),
        );
        for (const weights of output.attentions!)
          assertClose(
            tf.sum(tf.slice(weights, [1, 0, 0, 0], [1, -1, -1, -1]), -1).dataSync(),
            new Float32Array(numAttentionHeads * 7).fill(1),
            1e-5,
          );
        assertClose(output.logits.dataSync(), model.forward(inputs).logits.dataSync(), 1e-5);
      });
    });

    test("learns with an adapter on its default layers", async () => {
      const model = await load(type);
      const before = logitsOf(model);
      const adapted = getPeftModel(model);
      const inputs = { ...inputsOf(model), labels: tf.tensor1d([0, 1, 2, 1], "int32") };
      const { grads } = tf.variableGrads(
        () => adapted.forward(inputs).loss!,
        [...adapted.namedParameters()].flatMap(([, { value, requiresGrad }]) => (requiresGrad ? value : [])),
      );
      assert.ok(Object.values(grads).some((gradient) => tf.norm(gradient).dataSync()[0]! > 0));
      assertClose(logitsOf(adapted.unload() as SequenceClassificationModel), before, 0);
    });
  });
}

test("a number that Python wants as a float is written as one, even where it is whole", async (context) => {
  const folder = temporaryFolder(context);
  await (await load("modernbert")).savePretrained(folder);
  const text = readFileSync(path.join(folder, "config.json"), "utf8");
  assert.match(text, /\n {2}"initializer_cutoff_factor": 2\.0,\n/);
  assert.match(text, /\n {2}"hidden_size": 16,\n/);
});

test("the body alone, and a head for another task, take over what a checkpoint has", async () => {
  for (const type of TYPES) {
    const warnings = await warningsOf(async () => {
      const body = await AutoModel.fromPretrained(folderOf(type));
      const { lastHiddenState } = body.forward(batch(body.config.padTokenId ?? 0));
      assert.deepEqual(lastHiddenState.shape, [4, 7, body.config.hiddenSize]);
      await AutoModelForMaskedLM.fromPretrained(folderOf(type));
    });
    // Heads' weights alone are new, or have no place.
    for (const line of warnings) assert.doesNotMatch(line, /layer\.|layers\.|embeddings\./, type);
  }
});

test("layers that stand one after the other can be taken out", async () => {
  for (const type of TYPES) {
    const model = await load(type);
    const short = await keepLayers(model, [0]);
    assert.equal(short.config.numHiddenLayers, 1);
    assert.equal(logitsOf(short).length, 12);
  }
});

test("a model whose positions follow its padding keeps it at its place", async () => {
  const model = await load("roberta");
  const kept = [0, 1, 2, 3, 7, 9];
  const small = await keepTokens(model, kept);
  assertClose(logitsOf(small, [[2, 4, 5, 3]]), logitsOf(model, [[2, 7, 9, 3]]), 1e-6);
  await assert.rejects(
    keepTokens(model, [1, 2, 3, 7]),
    /counts positions from the id of its padding, 1; that token has to stay/,
  );
  assert.equal(model.config.longestSequence, model.config.maxPositionEmbeddings - 2);
});

test("a setting that the checkpoint's family does not have is refused", async () => {
  await assert.rejects(
    AutoConfig.fromPretrained(folderOf("distilbert"), { typeVocabSize: 2 }),
    /AutoConfig of a distilbert: .*typeVocabSize/,
  );
  await assert.rejects(
    AutoConfig.fromPretrained(folderOf("bert"), { dim: 4 } as never),
    /AutoConfig.fromPretrained: .*dim/,
  );
});

test("what a file says and the library does not compute is refused by name", async (context) => {
  const folder = temporaryFolder(context);
  for (const [type, changes, message] of [
    ["distilbert", { activation: "relu" }, /activation is 'relu'; of a distilbert this library knows 'gelu'/],
    ["deberta-v2", { conv_kernel_size: 3 }, /conv_kernel_size is 3; of a deberta-v2 this library knows 0/],
    ["deberta-v2", { relative_attention: "yes" }, /relative_attention is yes; it has to be true or false/],
    ["albert", { hidden_act: "swish" }, /hidden_act is swish; it has to be one of gelu, gelu_new, relu/],
    ["mpnet", { pad_token_id: 0 }, /pad_token_id is 0; it has to be 1, as every MPNet has it/],
    ["modernbert", { layer_types: ["local"] }, /layer_types is \["local"\]; it has to be a list of/],
    [
      "modernbert",
      { rope_parameters: { full_attention: { rope_type: "yarn" } } },
      /rope_parameters is .*yarn.*; it has to be of rope_type 'default'/,
    ],
    ["distilbert", { dim: 15 }, /n_heads \(2\) does not divide dim \(15\)/],
    ["gpt2", {}, /model_type is 'gpt2'; this library knows 'albert', 'bert', .*'xlm-roberta'/],
  ] as [string, Record<string, unknown>, RegExp][]) {
    const original = TYPES.includes(type)
      ? readFileSync(path.join(folderOf(type), "config.json"), "utf8")
      : "{}";
    const config = { ...(JSON.parse(original) as object), model_type: type, ...changes };
    writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
    await assert.rejects(AutoConfig.fromPretrained(folder), message);
  }
});
