import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { writeJson } from "../../../lib/src/checkpoints/json";
import { readSafetensors } from "../../../lib/src/checkpoints/safetensors";
import { writeSafetensors } from "../../../lib/src/checkpoints/safetensors-writer";
import { ConfigError } from "../../../lib/src/errors";
import { AutoModel, AutoModelForMaskedLM } from "../../../lib/src/models/auto";
import { BertConfig, type BertConfigOptions } from "../../../lib/src/models/bert/configuration";
import { BertForMaskedLM } from "../../../lib/src/models/bert/for-masked-lm";
import { withCompositeOps } from "../../../lib/src/ops/fused";
import { onEachEngine } from "../../engine";
import { assertClose } from "../../ops/against-reference";
import { batchOf, temporaryFolder, TINY, warningsOf } from "../tiny-bert";

const ROWS = [
  [2, 7, 4, 3],
  [2, 4, 3],
  [2, 5, 6, 4, 4, 9, 3],
];

function tinyMaskedLM(options: BertConfigOptions = {}, seed = 5): BertForMaskedLM {
  const config = new BertConfig({ ...TINY, initializerRange: 0.3, ...options });
  return new BertForMaskedLM(config, seed).initializeWeights();
}

/** -100 everywhere but at the given [row, column, label]. */
function labelsOf(asked: [row: number, column: number, label: number][], rows = ROWS.length, columns = 7) {
  const labels = new Int32Array(rows * columns).fill(-100);
  for (const [row, column, label] of asked) labels[row * columns + column] = label;
  return tf.tensor2d(labels, [rows, columns], "int32");
}

const ASKED: [number, number, number][] = [
  [0, 2, 8],
  [2, 3, 11],
  [2, 4, 12],
];

test("the decoder is the table of word embeddings and comes once", () => {
  const names = [...tinyMaskedLM().namedParameters()].map(([name]) => name);
  assert.ok(names.includes("bert.embeddings.word_embeddings.weight"));
  assert.deepEqual(
    names.filter((name) => !name.startsWith("bert.")),
    [
      "cls.predictions.transform.dense.weight",
      "cls.predictions.transform.dense.bias",
      "cls.predictions.transform.LayerNorm.weight",
      "cls.predictions.transform.LayerNorm.bias",
      "cls.predictions.bias",
    ],
  );
  assert.ok(!names.some((name) => name.includes("pooler") || name.includes("decoder")));
});

onEachEngine("BertForMaskedLM", () => {
  test("without labels every token has scores, with labels those that are asked, the same ones", () => {
    const model = tinyMaskedLM();
    tf.tidy(() => {
      const inputs = batchOf(ROWS);
      const all = model.forward(inputs).logits;
      assert.deepEqual(all.shape, [3, 7, 30]);
      assert.ok(
        all
          .slice([1, 3, 0], [1, 4, 30])
          .dataSync()
          .every((value) => value === 0),
        "zeros at padding",
      );
      const { logits, labels, loss } = model.forward({ ...inputs, labels: labelsOf(ASKED) });
      assert.deepEqual(
        [logits.shape, [...labels!.dataSync()]],
        [
          [3, 30],
          [8, 11, 12],
        ],
      );
      const wanted = ASKED.map(([row, column]) => [...all.slice([row, column, 0], [1, 1, 30]).dataSync()]);
      assertClose(logits.dataSync(), wanted.flat(), 1e-6);
      const expected = tf
        .neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(labels!, 30)), 1)))
        .dataSync();
      assertClose(loss!.dataSync(), expected, 1e-5);
    });
    model.dispose();
  });

  test("gradients are those of plain tfjs, of a table of thousands of rows too", () => {
    const model = tinyMaskedLM({ vocabSize: 5000 });
    const parameters = [...model.namedParameters()];
    const gradients = () => {
      const inputs = { ...batchOf(ROWS), labels: labelsOf(ASKED) };
      const { value, grads } = tf.variableGrads(
        () => model.forward(inputs).loss!,
        parameters.map(([, { value }]) => value),
      );
      const found = parameters.map(([name, { value }]) => [name, grads[value.name]!.dataSync()] as const);
      tf.dispose([value, grads, inputs]);
      return found;
    };
    const reference = new Map(withCompositeOps(gradients));
    for (const [name, gradient] of gradients()) assertClose(gradient, reference.get(name)!, 1e-5, name);
    model.dispose();
  });

  test("where nothing is asked the loss is 0, and so are the gradients", () => {
    const model = tinyMaskedLM();
    const inputs = { ...batchOf(ROWS), labels: labelsOf([]) };
    const parameters = [...model.namedParameters()].map(([, { value }]) => value);
    const { value, grads } = tf.variableGrads(() => model.forward(inputs).loss!, parameters);
    assert.equal(value.dataSync()[0], 0);
    // The head had no part in it: tfjs then has no gradient at all.
    const found = Object.values<tf.Tensor | null>(grads).flatMap((gradient) => gradient ?? []);
    assert.ok(found.length > 0);
    for (const gradient of found) assert.ok(gradient.dataSync().every((each) => each === 0));
    tf.dispose([value, grads, inputs]);
    model.dispose();
  });

  test("labels that are no ids, or not one a token, are refused by place", () => {
    const model = tinyMaskedLM();
    tf.tidy(() => {
      const inputs = batchOf(ROWS);
      assert.throws(
        () => model.forward({ ...inputs, labels: labelsOf([[1, 1, 30]]) }),
        (error: Error) =>
          error instanceof ConfigError && /Row 1 of the batch, token 1: the label 30/.test(error.message),
      );
      assert.throws(
        () => model.forward({ ...inputs, labels: tf.tensor1d([1, 0, 1], "int32") }),
        /labels have the shape \[3\], input_ids \[3, 7\]/,
      );
    });
    model.dispose();
  });
});

onEachEngine("checkpoints of masked language models", () => {
  test("are written and read without a second copy of the table", async (context) => {
    const folder = temporaryFolder(context);
    const model = tinyMaskedLM();
    await model.savePretrained(folder);
    const { tensors } = await readSafetensors(path.join(folder, "model.safetensors"));
    assert.ok(![...tensors.keys()].some((name) => name.includes("decoder")));
    const warnings = await warningsOf(async () => {
      const again = await AutoModelForMaskedLM.fromPretrained(folder);
      assert.deepEqual(await again.stateDict(), await model.stateDict());
      again.dispose();
    });
    assert.deepEqual(warnings, []);
    model.dispose();
  });

  test("old ones hold the table twice, or under the decoder's name only", async (context) => {
    const model = tinyMaskedLM();
    const weights = await model.stateDict();
    const table = weights.get("bert.embeddings.word_embeddings.weight")!;
    const bias = weights.get("cls.predictions.bias")!;
    const twice = new Map([
      ...weights,
      ["cls.predictions.decoder.weight", table],
      ["cls.predictions.decoder.bias", bias],
    ] as const);
    const moved = new Map(twice);
    moved.delete("bert.embeddings.word_embeddings.weight");
    moved.delete("cls.predictions.bias");
    for (const stored of [twice, moved]) {
      const folder = temporaryFolder(context);
      mkdirSync(folder, { recursive: true });
      await writeJson(path.join(folder, "config.json"), model.config.toJson());
      await writeSafetensors(path.join(folder, "model.safetensors"), stored);
      const warnings = await warningsOf(async () => {
        const again = await AutoModelForMaskedLM.fromPretrained(folder);
        assert.deepEqual(await again.stateDict(), weights);
        again.dispose();
      });
      assert.deepEqual(warnings, []);
    }
    model.dispose();
  });

  test("a body is loaded from a model with a head, and a head from a body", async (context) => {
    const [whole, bare] = [temporaryFolder(context), temporaryFolder(context)];
    const model = tinyMaskedLM();
    await model.savePretrained(whole);
    const warnings = await warningsOf(async () => {
      const body = await AutoModel.fromPretrained(whole);
      await body.savePretrained(bare);
      const names = [...body.namedParameters()].map(([name]) => name);
      assert.ok(names.includes("embeddings.word_embeddings.weight") && names.includes("pooler.dense.weight"));
      const again = await AutoModelForMaskedLM.fromPretrained(bare);
      tf.tidy(() => {
        const states = body.forward(batchOf(ROWS)).lastHiddenState;
        const { hiddenStates } = again.forward(batchOf(ROWS), { outputHiddenStates: true });
        assert.deepEqual([...states.dataSync()], [...hiddenStates!.at(-1)!.dataSync()]);
      });
      body.dispose();
      again.dispose();
    });
    assert.match(
      warnings.join("\n"),
      /newly initialized: \['pooler\.dense\.bias', 'pooler\.dense\.weight'\]/,
    );
    assert.match(warnings.join("\n"), /newly initialized: \['cls\.predictions\.bias'/);
    model.dispose();
  });

  test("weights are kept in half the space if asked to, rounded to nearest", async (context) => {
    const model = tinyMaskedLM();
    for (const [dtype, stored, most] of [
      ["float16", "F16", 2 ** -11],
      ["bfloat16", "BF16", 2 ** -8],
    ] as const) {
      const folder = temporaryFolder(context);
      await model.savePretrained(folder, { dtype });
      const { tensors } = await readSafetensors(path.join(folder, "model.safetensors"));
      assert.ok([...tensors.values()].every(({ dtype }) => dtype === stored));
      const again = await AutoModelForMaskedLM.fromPretrained(folder);
      const exact = await model.stateDict();
      for (const [name, { data }] of await again.stateDict()) {
        const wanted = exact.get(name)!.data as Float32Array;
        (data as Float32Array).forEach((value, i) => {
          assert.ok(Math.abs(value - wanted[i]!) <= most * Math.abs(wanted[i]!) + 2 ** -25, name);
        });
      }
      again.dispose();
    }
    await assert.rejects(
      model.savePretrained(temporaryFolder(context), { dtype: "int8" as never }),
      /dtype is "int8"; there are float32, float16, bfloat16/,
    );
    model.dispose();
  });
});
