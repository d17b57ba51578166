import assert from "node:assert/strict";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { Dataset } from "../../lib/src/datasets/dataset";
import { DatasetDict } from "../../lib/src/datasets/dataset-dict";
import { ClassLabel, Features, Value } from "../../lib/src/datasets/features";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import { pushToHub } from "../../lib/src/hub/push";
import { AutoModelForSequenceClassification } from "../../lib/src/models/auto";
import { AutoTokenizer } from "../../lib/src/tokenizers/auto-tokenizer";
import { BertTokenizer } from "../../lib/src/tokenizers/bert-tokenizer";
import { Trainer } from "../../lib/src/training/trainer";
import { TrainingArguments } from "../../lib/src/training/training-arguments";
import { startEngine } from "../engine";
import { tinyBert } from "../models/tiny-bert";
import type { HubServer } from "./hub-server";
import type { ServedRepo } from "./served-repo";
import { hubError, hubForTest, noise, temporaryFolder } from "./support";

const TOKEN = "hf_writes";

async function writableHub(context: TestContext, repos: ServedRepo[] = []) {
  const found = await hubForTest(context, { repos, writers: { [TOKEN]: "ada" }, partSize: 4096 });
  return { ...found, repos, to: { endpoint: found.hub.endpoint, token: TOKEN } };
}

const fileOf = (repos: ServedRepo[], name: string, file: string) =>
  repos.find((repo) => repo.name === name)!.revisions.main![file]!;

/** Requests that carried the token, told from those to the storage. */
function tokensAtStorage({ requests, authorizations }: HubServer): string[] {
  return authorizations.filter((header, i) => requests[i]!.includes(" storage ") && header !== "");
}

test("a model and its tokenizer go to a new repository and come back the same", async (t) => {
  await startEngine("wasm");
  const { hub, repos, to, cacheDir } = await writableHub(t);
  const model = tinyBert({ id2label: { 0: "no", 1: "yes" } });
  const { url, commit } = await model.pushToHub("mine", { ...to, private: true });
  assert.equal(url, `${hub.endpoint}/ada/mine`);
  assert.match(commit, /^[0-9a-f]{40}$/);
  const [repo] = repos;
  assert.deepEqual(
    [repo!.name, repo!.private?.token, repo!.lastMessage],
    ["ada/mine", TOKEN, "Upload BertForSequenceClassification"],
  );
  assert.equal(fileOf(repos, "ada/mine", "model.safetensors").large, true);
  const tokenizer = BertTokenizer.fromVocab(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "film"]);
  await tokenizer.pushToHub("ada/mine", to);
  const from = { ...to, cacheDir };
  const again = await AutoModelForSequenceClassification.fromPretrained("ada/mine", from);
  assert.deepEqual(again.config.id2label, { 0: "no", 1: "yes" });
  const [ours, theirs] = [await model.stateDict(), await again.stateDict()];
  for (const [name, { data }] of ours) assert.deepEqual(theirs.get(name)!.data, data, name);
  const read = await AutoTokenizer.fromPretrained("ada/mine", from);
  assert.deepEqual(read.encode("a film"), tokenizer.encode("a film"));
  assert.deepEqual(tokensAtStorage(hub), []);
});

test("large files go in parts, small ones in the commit, and what was there stays", async (t) => {
  const content = Buffer.from("kept");
  const repo: ServedRepo = {
    type: "model",
    name: "ada/parts",
    revisions: { main: { "old.txt": { content } } },
  };
  const { hub, repos, to } = await writableHub(t, [repo]);
  const { writeFile, mkdir } = await import("node:fs/promises");
  await pushToHub(
    { type: "model", name: "ada/parts" },
    async (folder) => {
      await mkdir(path.join(folder, "deep"));
      await writeFile(path.join(folder, "deep/large.bin"), noise(10_000));
      await writeFile(path.join(folder, "ä b.txt"), "small");
    },
    { ...to, commitMessage: "As it is" },
  );
  const main = repo.revisions.main!;
  assert.deepEqual(Object.keys(main).sort(), ["deep/large.bin", "old.txt", "ä b.txt"]);
  assert.deepEqual(main["deep/large.bin"]!.content, noise(10_000));
  assert.deepEqual([main["ä b.txt"]!.content.toString(), repo.lastMessage], ["small", "As it is"]);
  assert.equal(hub.requests.filter((line) => line.startsWith("PUT storage")).length, 3);
  assert.deepEqual(tokensAtStorage(hub), []);
  assert.equal(repos.length, 1);
});

test("what fails for a moment is tried again, but no commit is made twice", async (t) => {
  const { hub, to } = await writableHub(t);
  const dataset = Dataset.fromDict({ text: ["a"] });
  hub.faults.push({ match: /preupload/, status: 503 }, { match: /PUT storage/, breakAfter: 0 });
  await dataset.pushToHub("again", to);
  hub.faults.push({ match: /\/commit\//, breakAfter: 0, times: 9 });
  await assert.rejects(dataset.pushToHub("again", to), hubError("network", /upload to dataset/));
  assert.equal(hub.requests.filter((line) => line.includes("/commit/")).length, 2);
});

test("a trainer sends model, tokenizer and a card whose figures a program reads", async (t) => {
  await startEngine("wasm");
  const { repos, to } = await writableHub(t);
  const tokenizer = BertTokenizer.fromVocab(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "film"]);
  const rows = Dataset.fromDict({
    input_ids: [[2, 5, 3], [2, 6, 3]], // prettier-ignore
    label: [0, 1],
  });
  const args = new TrainingArguments({
    outputDir: temporaryFolder(t),
    ...{
      maxSteps: 2,
      evalStrategy: "steps",
      evalSteps: 2,
      saveStrategy: "no",
      disableTqdm: true,
      reportTo: "none",
    },
  });
  const trainer = new Trainer({
    ...{ model: tinyBert(), args, trainDataset: rows, evalDataset: rows, processingClass: tokenizer },
    computeMetrics: () => ({ accuracy: 0.75 }),
  });
  await trainer.train();
  const card = { dataset: "SST-2", datasetTags: ["nyu-mll/glue"], tasks: ["text-classification"] };
  await trainer.pushToHub("ada/trained", { ...to, ...card });
  const readme = fileOf(repos, "ada/trained", "README.md").content.toString();
  const { parse } = await import("yaml");
  const head = parse(readme.split("---\n")[1]!) as Record<string, unknown>;
  assert.deepEqual(head["model-index"], [
    {
      name: "trained",
      results: [
        {
          task: { type: "text-classification", name: "Text Classification" },
          dataset: { name: "SST-2", type: "nyu-mll/glue", split: "validation" },
          metrics: [{ name: "Accuracy", type: "accuracy", value: 0.75 }],
        },
      ],
    },
  ]);
  assert.deepEqual(head.datasets, ["nyu-mll/glue"]);
  for (const file of ["model.safetensors", "config.json", "tokenizer.json"]) {
    assert.ok(fileOf(repos, "ada/trained", file), file);
  }
  assert.equal(repos[0]!.lastMessage, "End of training");
});

test("datasets go as parquet with a card, and come back with their features", async (t) => {
  const { repos, to, cacheDir } = await writableHub(t);
  const features = new Features({
    text: new Value("string"),
    label: new ClassLabel({ names: ["no", "yes"] }),
  });
  const train = Dataset.fromDict({ text: ["a", "b"], label: [0, 1] }, features);
  const dict = new DatasetDict({ train, validation: train.slice(0, 1) });
  await dict.pushToHub("data", to);
  assert.deepEqual(Object.keys(repos[0]!.revisions.main!).sort(), [
    ".gitattributes",
    "README.md",
    "data/train-00000-of-00001.parquet",
    "data/validation-00000-of-00001.parquet",
  ]);
  // The address is the environment's: loadDataset takes none.
  const { HF_ENDPOINT } = process.env;
  process.env.HF_ENDPOINT = to.endpoint;
  t.after(() =>
    HF_ENDPOINT === undefined ? delete process.env.HF_ENDPOINT : (process.env.HF_ENDPOINT = HF_ENDPOINT),
  );
  const again = await loadDataset("ada/data", { token: TOKEN, cacheDir });
  assert.deepEqual(again.numRows, { train: 2, validation: 1 });
  assert.deepEqual([...again.train], [...train]);
  assert.deepEqual(again.train.features.get("label"), train.features.get("label"));
});

test("who may not write is told before anything is written", async (t) => {
  const { hub, to } = await writableHub(t);
  const dataset = Dataset.fromDict({ text: ["a"] });
  const push = (name: string, options: object) => dataset.pushToHub(name, { ...to, ...options });
  await assert.rejects(
    push("ada/x", { token: "hf_nobody" }),
    hubError("unauthorized", /upload to dataset ada\/x/),
  );
  await assert.rejects(push("grace/x", {}), hubError("forbidden", /right to write/));
  await assert.rejects(push("a/b/c", {}), hubError("invalid"));
  await assert.rejects(push("ada/x", { tokn: "a" }), /'token'/);
  const { HF_TOKEN, HF_TOKEN_PATH } = process.env;
  t.after(() =>
    Object.assign(process.env, { ...(HF_TOKEN && { HF_TOKEN }), ...(HF_TOKEN_PATH && { HF_TOKEN_PATH }) }),
  );
  delete process.env.HF_TOKEN;
  process.env.HF_TOKEN_PATH = path.join(temporaryFolder(t), "none");
  t.after(() => delete process.env.HF_TOKEN_PATH);
  await assert.rejects(
    dataset.pushToHub("ada/x", { endpoint: hub.endpoint }),
    hubError("unauthorized", /set it as HF_TOKEN/),
  );
  assert.ok(!hub.requests.some((line) => line.includes("/commit/")));
});
