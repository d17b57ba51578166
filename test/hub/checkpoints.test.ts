import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { writeSafetensors } from "../../lib/src/checkpoints/safetensors-writer";
import { readStateDict } from "../../lib/src/checkpoints/state-dict";
import { resolveCheckpoint } from "../../lib/src/checkpoints/resolve";
import { AutoConfig, AutoModelForSequenceClassification } from "../../lib/src/models/auto";
import { BertConfig } from "../../lib/src/models/bert/configuration";
import { AutoTokenizer } from "../../lib/src/tokenizers/auto-tokenizer";
import type { ServedFile, ServedRepo } from "./served-repo";
import { allFiles, hubError, hubForTest, temporaryFolder } from "./support";

const VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "film", "##s"];
const text = (content: string): ServedFile => ({ content: Buffer.from(content) });
const CONFIG = text(
  JSON.stringify({
    model_type: "bert",
    vocab_size: VOCABULARY.length,
    hidden_size: 8,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: 16,
    max_position_embeddings: 16,
  }),
);
const UNUSED = { content: Buffer.from("of another framework"), large: true };
const COMMON = {
  "README.md": text("# A model"),
  "config.json": CONFIG,
  "tokenizer_config.json": text('{"do_lower_case": true}'),
  "vocab.txt": text(VOCABULARY.join("\n") + "\n"),
  "tf_model.h5": UNUSED,
  "flax_model.msgpack": UNUSED,
};

async function weights(folder: string): Promise<ServedFile> {
  const config = BertConfig.fromJson(
    JSON.parse(CONFIG.content.toString()) as Record<string, unknown>,
    "test",
  );
  await (await AutoModelForSequenceClassification.fromConfig(config, { seed: 7 })).savePretrained(folder);
  return { content: readFileSync(path.join(folder, "model.safetensors")), large: true };
}

test("tokenizer, config and model by name: once from the Hub, then one question each, then offline", async (context) => {
  const safetensors = await weights(temporaryFolder(context));
  const served: ServedRepo = {
    type: "model",
    name: "google-bert/bert-tiny",
    aliases: ["bert-tiny"],
    revisions: { main: { ...COMMON, "model.safetensors": safetensors, "pytorch_model.bin": UNUSED } },
  };
  const { hub, at, cacheDir } = await hubForTest(context, { repos: [served] });
  const load = async (more: { localFilesOnly?: boolean; revision?: string } = {}) => {
    const options = { ...at, ...more };
    const tokenizer = await AutoTokenizer.fromPretrained("bert-tiny", options);
    assert.deepEqual(tokenizer("Good films").input_ids, [2, 5, 7, 8, 3]);
    assert.equal(tokenizer.modelMaxLength, 16);
    const config = await AutoConfig.fromPretrained("bert-tiny", { ...options, numLabels: 3 });
    assert.equal(config.numLabels, 3);
    assert.deepEqual(
      Object.keys(config).filter((key) => key in at),
      [],
    );
    const model = await AutoModelForSequenceClassification.fromPretrained("bert-tiny", options);
    assert.equal(model.numParameters() > 0, true);
    model.dispose();
  };
  await load();
  const snapshots = allFiles(path.join(cacheDir, "models--bert-tiny/snapshots")).map((file) =>
    path.basename(file),
  );
  assert.deepEqual(snapshots, ["config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt"]);
  hub.requests.length = 0;
  await load();
  // One question for the commit each, asked again where the short name redirects to.
  assert.equal(hub.requests.length, 6);
  assert.ok(hub.requests.every((line) => /GET hub \/api\/models\/.*\/revision\/main/.test(line)));
  await hub.close();
  hub.requests.length = 0;
  await load({ localFilesOnly: true });
  const commit = allFiles(path.join(cacheDir, "models--bert-tiny/trees"))[0]!.replace(".json", "");
  await load({ revision: commit });
  assert.deepEqual(hub.requests, []);
});

test("weights in shards: those of the index, and no other", async (context) => {
  const folder = temporaryFolder(context);
  const shard = async (name: string): Promise<ServedFile> => {
    const file = path.join(folder, "shard");
    await writeSafetensors(
      file,
      new Map([[name, { dtype: "F32", shape: [2], data: new Float32Array([1, 2]) }]]),
    );
    return { content: readFileSync(file), large: true };
  };
  const index = (map: Record<string, string>) => text(JSON.stringify({ weight_map: map }));
  const served: ServedRepo = {
    type: "model",
    name: "org/sharded",
    revisions: {
      main: {
        ...COMMON,
        "model.safetensors.index.json": index({ a: "model-1.safetensors", b: "model-2.safetensors" }),
        "model-1.safetensors": await shard("a"),
        "model-2.safetensors": await shard("b"),
        "model-3.safetensors": await shard("c"),
      },
      evil: { ...COMMON, "model.safetensors.index.json": index({ a: "../../../evil" }) },
    },
  };
  const { at } = await hubForTest(context, { repos: [served] });
  const found = await resolveCheckpoint("org/sharded", ["weights"], at);
  assert.deepEqual(allFiles(found), [
    "model-1.safetensors",
    "model-2.safetensors",
    "model.safetensors.index.json",
  ]);
  assert.deepEqual([...(await readStateDict(found)).keys()], ["a", "b"]);
  await assert.rejects(resolveCheckpoint("org/sharded", ["weights"], { ...at, revision: "evil" }), {
    name: "CheckpointError",
  });
});

test("what a model lacks is named, and so is a model that there is not", async (context) => {
  const served: ServedRepo = {
    type: "model",
    name: "org/bare",
    revisions: { main: { "tf_model.h5": UNUSED, "model.safetensor": UNUSED } },
  };
  const { at } = await hubForTest(context, { repos: [served] });
  const missing =
    /"org\/bare" is neither a folder .*model\.safetensors of model org\/bare: the repository has no such file/;
  await assert.rejects(
    resolveCheckpoint("org/bare", ["weights"], at),
    hubError("file-not-found", missing, /Looked for model\.safetensors, .*pytorch_model\.bin/),
  );
  await assert.rejects(
    AutoTokenizer.fromPretrained("org/bare", at),
    hubError("file-not-found", /tokenizer\.json of/),
  );
  await assert.rejects(
    AutoModelForSequenceClassification.fromPretrained("bert-bsae-uncased", at),
    hubError("repository-not-found", /neither a folder .*bert-tiny-reviews.*has no such repository/),
  );
});

test("a model of another family is refused before its weights are downloaded", async (context) => {
  const served = (config: Record<string, unknown>): ServedRepo["revisions"] => ({
    main: {
      ...COMMON,
      "config.json": text(JSON.stringify({ ...JSON.parse(CONFIG.content.toString()), ...config })),
      "model.safetensors": { content: Buffer.alloc(1000), large: true },
    },
  });
  const repos: ServedRepo[] = [
    { type: "model", name: "a/gpt2", revisions: served({ model_type: "gpt2" }) },
    { type: "model", name: "a/relu", revisions: served({ hidden_act: "relu" }) },
  ];
  const { hub, at } = await hubForTest(context, { repos });
  for (const { name } of repos) {
    hub.requests.length = 0;
    await assert.rejects(AutoModelForSequenceClassification.fromPretrained(name, at), {
      name: "ConfigError",
      message: /'gpt2'|'relu'/,
    });
    assert.ok(hub.requests.some((line) => line.includes("config.json")));
    assert.ok(!hub.requests.some((line) => /safetensors|storage/.test(line)), hub.requests.join("\n"));
  }
});

test("of a tokenizer its own files are downloaded, and of one that is not read it is said why", async (context) => {
  const roberta = {
    "vocab.json": text('{"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "a": 4}'),
    "merges.txt": text("#version: 0.2\n"),
  };
  const repos: ServedRepo[] = [
    { type: "model", name: "a/roberta", revisions: { main: { ...roberta, "README.md": text("") } } },
    { type: "model", name: "a/deberta", revisions: { main: { "spm.model": text("") } } },
  ];
  const { at } = await hubForTest(context, { repos });
  const tokenizer = await AutoTokenizer.fromPretrained("a/roberta", at);
  assert.deepEqual(tokenizer.encode("a"), [0, 4, 2]);
  await assert.rejects(AutoTokenizer.fromPretrained("a/deberta", at), {
    name: "CheckpointError",
    message:
      /^a\/deberta: has no tokenizer\.json\. Its vocabulary is in spm\.model, SentencePiece's own format/,
  });
});
