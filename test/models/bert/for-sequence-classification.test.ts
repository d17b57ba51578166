import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../../../lib/src/errors";
import { BertConfig } from "../../../lib/src/models/bert/configuration";
import { BertForSequenceClassification } from "../../../lib/src/models/bert/for-sequence-classification";
import { onEachEngine } from "../../engine";
import { assertClose } from "../../ops/against-reference";
import { batchOf, tinyBert, TINY } from "../tiny-bert";

const ROWS = [[2, 7, 9, 3], [4], [5, 6, 7, 8, 9, 10], [11, 3]];

test("bert-base-uncased with two labels has 109,483,778 parameters", () => {
  assert.equal(new BertForSequenceClassification(new BertConfig(), 0).numParameters(), 109_483_778);
});

test("names and shapes of the weights, in transformers' order", () => {
  const model = new BertForSequenceClassification(new BertConfig({ ...TINY, numHiddenLayers: 1 }), 0);
  const layer = "bert.encoder.layer.0.";
  const dense = (name: string, out: number, inner: number) => [
    [`${name}.weight`, [out, inner]],
    [`${name}.bias`, [out]],
  ];
  const norm = (name: string) => [
    [`${name}.LayerNorm.weight`, [8]],
    [`${name}.LayerNorm.bias`, [8]],
  ];
  assert.deepEqual(
    [...model.namedParameters()].map(([name, { shape }]) => [name, shape]),
    [
      ["bert.embeddings.word_embeddings.weight", [30, 8]],
      ["bert.embeddings.position_embeddings.weight", [12, 8]],
      ["bert.embeddings.token_type_embeddings.weight", [2, 8]],
      ...norm("bert.embeddings"),
      ...dense(`${layer}attention.self.query`, 8, 8),
      ...dense(`${layer}attention.self.key`, 8, 8),
      ...dense(`${layer}attention.self.value`, 8, 8),
      ...dense(`${layer}attention.output.dense`, 8, 8),
      ...norm(`${layer}attention.output`),
      ...dense(`${layer}intermediate.dense`, 16, 8),
      ...dense(`${layer}output.dense`, 8, 16),
      ...norm(`${layer}output`),
      ...dense("bert.pooler.dense", 8, 8),
      ...dense("classifier", 2, 8),
    ],
  );
});

onEachEngine("BertForSequenceClassification", () => {
  const logitsOf = (model: BertForSequenceClassification, rows: number[][], length?: number) =>
    tf.tidy(() => model.forward(batchOf(rows, length)).logits.arraySync());

  test("new weights have transformers' distribution, and the seed decides them", () => {
    const model = tinyBert({ vocabSize: 4000, initializerRange: 0.02 });
    const values = new Map(
      [...model.namedParameters()].map(([name, { value }]) => [name, value.dataSync<"float32">()]),
    );
    const words = values.get("bert.embeddings.word_embeddings.weight")!;
    assert.ok(
      words.subarray(0, 8).every((value) => value === 0),
      "the padding row is 0",
    );
    const rest = words.subarray(8);
    const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length;
    const deviation = Math.sqrt(rest.reduce((sum, value) => sum + value ** 2, 0) / rest.length);
    assert.ok(Math.abs(mean) < 1e-3 && Math.abs(deviation - 0.02) < 1e-3, `${mean} ${deviation}`);
    assert.ok(values.get("classifier.bias")!.every((value) => value === 0));
    assert.ok(values.get("bert.encoder.layer.1.output.LayerNorm.weight")!.every((value) => value === 1));
    assert.notDeepEqual(
      values.get("bert.encoder.layer.0.attention.self.query.weight"),
      values.get("bert.encoder.layer.0.attention.self.key.weight"),
    );
    const [first, same, other] = [tinyBert(), tinyBert(), tinyBert({}, 6)];
    assert.deepEqual(logitsOf(first, ROWS), logitsOf(same, ROWS));
    assert.notDeepEqual(logitsOf(first, ROWS), logitsOf(other, ROWS));
    for (const each of [model, first, same, other]) each.dispose();
  });

  test("a row's logits do not depend on the rows beside it or on padding", () => {
    const model = tinyBert();
    const together = logitsOf(model, ROWS, 11);
    for (const [index, row] of ROWS.entries()) {
      assertClose(logitsOf(model, [row])[0]!, together[index]!, 1e-6, `row ${index}`);
    }
    assertClose(logitsOf(model, [...ROWS].reverse()).flat(), [...together].reverse().flat(), 1e-6);
    model.dispose();
  });

  test("type ids count, a missing mask means that all are tokens", () => {
    const model = tinyBert();
    tf.tidy(() => {
      const { input_ids, attention_mask } = batchOf([[2, 7, 9]]);
      const plain = model.forward({ input_ids }).logits.dataSync();
      assert.deepEqual(model.forward({ input_ids, attention_mask }).logits.dataSync(), plain);
      const token_type_ids = tf.tensor2d([[0, 1, 1]], undefined, "int32");
      assert.notDeepEqual(model.forward({ input_ids, token_type_ids }).logits.dataSync(), plain);
    });
    model.dispose();
  });

  test("hidden states and pooler output on request, zero at padding", () => {
    const model = tinyBert();
    tf.tidy(() => {
      const { hiddenStates, poolerOutput, loss } = model.forward(batchOf([[2, 7, 9], [4]]), {
        outputHiddenStates: true,
      });
      assert.equal(loss, undefined);
      assert.deepEqual(poolerOutput!.shape, [2, 8]);
      assert.deepEqual(
        hiddenStates!.map(({ shape }) => shape),
        [
          [2, 3, 8],
          [2, 3, 8],
          [2, 3, 8],
        ],
      );
      const padding = hiddenStates![2]!.slice([1, 1, 0], [1, 2, 8]).dataSync();
      assert.ok(padding.every((value) => value === 0));
    });
    model.dispose();
  });

  test("gradients of a batch are the same whatever its padding, and every weight has one", () => {
    const model = tinyBert();
    const parameters = [...model.namedParameters()].map(([name, { value }]) => [name, value] as const);
    const gradients = (length: number) =>
      tf.tidy(() => {
        const inputs = { ...batchOf(ROWS, length), labels: tf.tensor1d([0, 1, 1, 0], "int32") };
        const { grads } = tf.variableGrads(
          () => model.forward(inputs).loss!,
          parameters.map(([, value]) => value),
        );
        return parameters.map(([, value]) => grads[value.name]!.dataSync());
      });
    const [tight, wide] = [gradients(6), gradients(12)];
    for (const [index, [name]] of parameters.entries()) {
      assertClose(tight[index]!, wide[index]!, 1e-6, name);
      if (!name.endsWith("key.bias"))
        assert.ok(
          tight[index]!.some((value) => value !== 0),
          name,
        );
    }
    model.dispose();
  });

  test("dropout works in training alone, and anew at each step", () => {
    const model = tinyBert({ hiddenDropoutProb: 0.5, attentionProbsDropoutProb: 0.5 });
    const evaluated = logitsOf(model, ROWS);
    assert.deepEqual(logitsOf(model, ROWS), evaluated);
    model.train();
    const first = logitsOf(model, ROWS);
    assert.notDeepEqual(first, evaluated);
    assert.deepEqual(logitsOf(model, ROWS), first);
    model.context.step++;
    assert.notDeepEqual(logitsOf(model, ROWS), first);
    assert.deepEqual(logitsOf(model.eval(), ROWS), evaluated);
    model.dispose();
  });

  test("one label is a regression with a mean squared error", () => {
    const model = tinyBert({ numLabels: 1 });
    tf.tidy(() => {
      const { logits, loss } = model.forward({ ...batchOf(ROWS), labels: tf.tensor1d([0.5, 1, 2, -1]) });
      const expected = [...logits.dataSync()].map((value, i) => (value - [0.5, 1, 2, -1][i]!) ** 2);
      assertClose(loss!.dataSync(), [expected.reduce((a, b) => a + b) / 4], 1e-6);
    });
    model.dispose();
  });

  const bad: [string, Parameters<BertForSequenceClassification["forward"]>[0], RegExp][] = [];
  test("input that cannot work is an error, and leaves no tensors behind", () => {
    const model = tinyBert();
    const inputs = (row: number[], label?: number) => ({
      ...batchOf([[2, 3], row]),
      ...(label === undefined ? {} : { labels: tf.tensor1d([0, label], "int32") }),
    });
    tf.tidy(() => {
      const long = Array.from({ length: 13 }, () => 3);
      bad.push([
        "an id beyond the vocabulary",
        inputs([2, 30]),
        /Row \d of the batch: input_ids has 30 at token \d.* vocab_size of 30 .*0 … 29/,
      ]);
      bad.push(["a negative id", inputs([-1]), /input_ids has -1 at token 0/]);
      bad.push([
        "too many tokens",
        inputs(long),
        /positions has 12 at token 12, outside .* max_position_embeddings of 12/,
      ]);
      bad.push(["an empty row", inputs([]), /Row 1 of the batch begins with padding/]);
      bad.push(["a hidden label", inputs([2], -1), /Row 1 of the batch has the label -1; .* 2 classes/]);
      bad.push(["a label that is no class", inputs([2], 2), /label 2; .* 2 classes \(0 … 1\)/]);
      for (const [what, batch, pattern] of bad) {
        const before = tf.memory().numTensors;
        assert.throws(
          () => model.forward(batch),
          (error) => error instanceof ConfigError && pattern.test(error.message),
          what,
        );
        assert.equal(tf.memory().numTensors, before, what);
      }
    });
    model.dispose();
  });

  test("of each layer, inference keeps the result alone", () => {
    const model = tinyBert({ numHiddenLayers: 4 });
    const alive = model.bert.encoder.layer.map((layer) => {
      const counts: number[] = [];
      const run = layer.forward.bind(layer);
      layer.forward = (...args) => {
        counts.push(tf.memory().numTensors);
        return run(...args);
      };
      return counts;
    });
    logitsOf(model, ROWS);
    const [first] = alive.flat();
    assert.deepEqual(
      alive.flat(),
      [0, 1, 2, 3].map((more) => first! + more),
    );
    model.dispose();
  });

  test("a disposed model says so", () => {
    const model = tinyBert();
    model.dispose();
    assert.throws(() => logitsOf(model, ROWS), /has no weights/);
  });
});
