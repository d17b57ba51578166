import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../../lib/src/errors";
import { BertConfig, type BertConfigOptions } from "../../../lib/src/models/bert/configuration";

const refused =
  (...patterns: RegExp[]) =>
  (error: unknown) => {
    assert.ok(error instanceof ConfigError, String(error));
    for (const pattern of patterns) assert.match(error.message, pattern);
    return true;
  };

test("the defaults are bert-base-uncased's", () => {
  const config = new BertConfig();
  assert.deepEqual(
    [config.vocabSize, config.hiddenSize, config.numHiddenLayers, config.numAttentionHeads],
    [30522, 768, 12, 12],
  );
  assert.deepEqual([config.intermediateSize, config.layerNormEps, config.numLabels], [3072, 1e-12, 2]);
});

const BAD: [string, BertConfigOptions, RegExp][] = [
  [
    "heads that do not divide",
    { hiddenSize: 10, numAttentionHeads: 4 },
    /num_attention_heads \(4\) does not divide hidden_size \(10\)/,
  ],
  ["no layers", { numHiddenLayers: 0 }, /num_hidden_layers is 0/],
  ["half a column", { hiddenSize: 7.5 }, /hidden_size is 7\.5/],
  ["dropout of 1", { hiddenDropoutProb: 1 }, /hidden_dropout_prob is 1/],
  ["negative dropout", { attentionProbsDropoutProb: -0.1 }, /attention_probs_dropout_prob is -0\.1/],
  ["classifier dropout of 2", { classifierDropout: 2 }, /classifier_dropout is 2/],
  ["negative eps", { layerNormEps: -1 }, /layer_norm_eps is -1/],
  ["a padding id outside the vocabulary", { vocabSize: 5, padTokenId: 5 }, /pad_token_id is 5/],
  ["no labels", { numLabels: 0 }, /num_labels is 0/],
  ["two names for three labels", { numLabels: 3, id2label: ["a", "b"] }, /2 names in id2label for 3 labels/],
  ["labels from 1", { id2label: { 1: "a", 2: "b" } }, /no name for class 0/],
];
for (const [name, options, pattern] of BAD) {
  test(`refuses ${name}`, () => {
    assert.throws(() => new BertConfig(options, "my.json"), refused(/^my\.json: /, pattern));
  });
}

for (const [key, value] of Object.entries({
  hidden_act: "relu",
  position_embedding_type: "relative_key",
  is_decoder: true,
})) {
  test(`refuses a file with ${key} ${value}`, () => {
    assert.throws(
      () => BertConfig.fromJson({ [key]: value }, "config.json"),
      refused(new RegExp(`config.json: ${key} is '?${value}'?; of a bert`)),
    );
  });
}

test("label names come from the file, from the options or from a pattern", () => {
  assert.deepEqual(new BertConfig({ numLabels: 3 }).id2label, { 0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2" });
  assert.deepEqual(new BertConfig({ id2label: ["bad", "good"] }).label2id, { bad: 0, good: 1 });
  const file = { id2label: { "0": "no", "1": "yes", "2": "perhaps" }, label2id: {} };
  assert.equal(BertConfig.fromJson(file, "f").numLabels, 3);
  assert.deepEqual(BertConfig.fromJson(file, "f", { numLabels: 3 }).label2id, { no: 0, yes: 1, perhaps: 2 });
  assert.deepEqual(BertConfig.fromJson(file, "f", { numLabels: 2 }).id2label, { 0: "LABEL_0", 1: "LABEL_1" });
  assert.deepEqual(BertConfig.fromJson(file, "f", { id2label: ["a"] }).id2label, { 0: "a" });
  assert.equal(BertConfig.fromJson({ num_labels: 5 }, "f").numLabels, 5);
});

test("a file's other entries are written back as they were, its labels too", () => {
  const file = {
    hidden_size: 64,
    num_attention_heads: 4,
    vocab_size: 100,
    pad_token_id: null,
    classifier_dropout: 0.2,
    id2label: { "0": "no", "1": "yes" },
    label2id: { no: 0, yes: 1 },
    gradient_checkpointing: false,
    transformers_version: "5.18.0",
  };
  const written = JSON.parse(
    JSON.stringify(BertConfig.fromJson({ ...file, torch_dtype: "float16" }, "f").toJson()),
  ) as Record<string, unknown>;
  for (const [key, value] of Object.entries(file)) assert.deepEqual(written[key], value, key);
  assert.equal(written.model_type, "bert");
  assert.ok(!("torch_dtype" in written));
  assert.deepEqual(JSON.parse(JSON.stringify(BertConfig.fromJson(written, "f").toJson())), written);
});
