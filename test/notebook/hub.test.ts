import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { readSafetensors } from "../../lib/src/checkpoints/safetensors";
import { writeSafetensors } from "../../lib/src/checkpoints/safetensors-writer";
import { runNotebook } from "../../notebook/src/kernel/runner/run-notebook";
import { BertConfig } from "../../lib/src/models/bert/configuration";
import { BertForSequenceClassification } from "../../lib/src/models/bert/for-sequence-classification";
import { RobertaConfig } from "../../lib/src/models/roberta/configuration";
import { RobertaForMaskedLM } from "../../lib/src/models/roberta/for-masked-lm";
import { MODEL_FIXTURES } from "../differential/model-fixtures";
import { startEngine } from "../engine";
import { type HubServer, type ServedFile, type ServedRepo, startHub } from "../hub/hub-server";
import { readNotebookFile, ROOT, textOf } from "./the-notebook";

const GLUE = path.join(ROOT, "test/fixtures/datasets/glue");
const TOKENIZER = path.join(ROOT, "data/bert-tiny-reviews");

/** A request for the content of a file. */
const FILES = /^GET (storage|hub \S*\/(resolve|resolve-cache)\/)/;
/** A question for the newest commit of a repository. */
const COMMIT = /^GET hub \/api\/(models|datasets)\/[^?]+\/revision\/main\?/;

const file = (...at: string[]): ServedFile => ({
  content: readFileSync(path.join(...at)),
  large: at.at(-1)!.endsWith(".parquet"),
});

function glue(): ServedRepo {
  const splits = ["sst2", "mrpc"].flatMap((task) =>
    readdirSync(path.join(GLUE, task)).map((name) => `${task}/${name}`),
  );
  const files = ["README.md", ...splits].map((name): [string, ServedFile] => [name, file(GLUE, name)]);
  return {
    type: "dataset",
    name: "nyu-mll/glue",
    aliases: ["glue"],
    revisions: { main: Object.fromEntries(files) },
  };
}

/** A BERT as it comes from pretraining: an encoder and a pooler, no classifier. */
async function bertBase(folder: string): Promise<ServedRepo> {
  await startEngine("wasm");
  const json = JSON.parse(readFileSync(path.join(TOKENIZER, "config.json"), "utf8")) as Record<
    string,
    unknown
  >;
  const small = {
    ...json,
    architectures: ["BertForMaskedLM"],
    hidden_size: 32,
    intermediate_size: 64,
    num_hidden_layers: 1,
  };
  const model = new BertForSequenceClassification(BertConfig.fromJson(small, "test"), 7).initializeWeights();
  mkdirSync(folder);
  await model.savePretrained(folder);
  model.dispose();
  const weights = path.join(folder, "model.safetensors");
  const { tensors } = await readSafetensors(weights);
  const pretrained = [...tensors].filter(([name]) => name.startsWith("bert."));
  await writeSafetensors(weights, new Map(pretrained), { format: "pt" });
  return {
    type: "model",
    name: "google-bert/bert-base-uncased",
    aliases: ["bert-base-uncased"],
    revisions: {
      main: {
        "config.json": { content: Buffer.from(JSON.stringify(small)) },
        "tokenizer.json": { ...file(TOKENIZER, "tokenizer.json"), large: true },
        "tokenizer_config.json": file(TOKENIZER, "tokenizer_config.json"),
        "vocab.txt": file(TOKENIZER, "vocab.txt"),
        "model.safetensors": { content: readFileSync(weights), large: true },
        "pytorch_model.bin": { content: Buffer.from("older"), large: true },
      },
    },
  };
}

/** A RoBERTa as it comes from pretraining, with a byte-level tokenizer. */
async function distilroberta(folder: string): Promise<ServedRepo> {
  await startEngine("wasm");
  const config = new RobertaConfig({
    ...{ vocabSize: 500, hiddenSize: 32, numHiddenLayers: 2, numAttentionHeads: 2, intermediateSize: 64 },
    ...{ maxPositionEmbeddings: 514, typeVocabSize: 1 },
  });
  const model = new RobertaForMaskedLM(config, 7).initializeWeights();
  await model.savePretrained(folder);
  model.dispose();
  return {
    type: "model",
    name: "distilbert/distilroberta-base",
    aliases: ["distilroberta-base"],
    revisions: {
      main: {
        "config.json": file(folder, "config.json"),
        "model.safetensors": { ...file(folder, "model.safetensors"), large: true },
        "tokenizer.json": { content: Buffer.from(JSON.stringify(MODEL_FIXTURES.get("roberta"))) },
        "tokenizer_config.json": { content: Buffer.from(JSON.stringify({ model_max_length: 512 })) },
      },
    },
  };
}

/** The notebook up to a step: the cells before the heading of the next. */
function stepsUpTo(step: number): string {
  const notebook = readNotebookFile();
  const end = notebook.cells.findIndex(({ source }) => source[0]?.startsWith(`## Step ${step + 1} `));
  assert.ok(end > 0);
  return JSON.stringify({ ...notebook, cells: notebook.cells.slice(0, end) });
}

interface Run {
  /** What the cells showed, by their id. */
  shown: Map<string, string>;
  /** What was asked of the Hub. */
  requests: string[];
}

const built = existsSync(path.join(ROOT, "lib/dist/index.js"));

describe(
  "the notebook with DATASET=glue/sst2 and CHECKPOINT=bert-base-uncased",
  { skip: !built && "run `npm run build` first" },
  () => {
    const folder = mkdtempSync(path.join(tmpdir(), "notebook-hub-"));
    let hub: HubServer;
    let first: Run;
    let second: Run;
    let third: Run;

    async function run(notebook: string, more: NodeJS.ProcessEnv = {}): Promise<Run> {
      hub.requests.length = 0;
      const input = path.join(folder, "fine-tune.ipynb");
      writeFileSync(input, notebook);
      const env: NodeJS.ProcessEnv = {
        ...process.env,
        DATASET: "glue/sst2",
        CHECKPOINT: "bert-base-uncased",
        MAX_STEPS: "2",
        OUTPUT_DIR: path.join(folder, "checkpoints"),
        FINETUNE_ENGINE: "wasm",
        HF_ENDPOINT: hub.endpoint,
        HF_HOME: path.join(folder, "huggingface"),
        HF_HUB_DISABLE_IMPLICIT_TOKEN: "1",
        ...more,
      };
      const others = ["TOKENIZER", "SEED", "HF_TOKEN", "HF_HUB_CACHE", "HF_DATASETS_CACHE"];
      for (const name of others) Reflect.deleteProperty(env, name);
      if (more.HF_HUB_OFFLINE === undefined) Reflect.deleteProperty(env, "HF_HUB_OFFLINE");
      const result = await runNotebook(input, {
        outDir: path.join(folder, "out"),
        cwd: ROOT,
        env,
        html: false,
        screen: { write: () => true },
      });
      assert.equal(result.message, "");
      assert.equal(result.status, "ok");
      const { cells } = readNotebookFile(result.notebookFile);
      return { shown: new Map(cells.map((cell) => [cell.id, textOf(cell)])), requests: [...hub.requests] };
    }

    before(async () => {
      hub = await startHub({
        repos: [
          glue(),
          await bertBase(path.join(folder, "bert")),
          await distilroberta(path.join(folder, "distilroberta")),
        ],
      });
      first = await run(readFileSync(path.join(ROOT, "notebooks/fine-tune-bert-sst2.ipynb"), "utf8"));
      second = await run(stepsUpTo(6));
      third = await run(stepsUpTo(6), { HF_HUB_OFFLINE: "1" });
    });
    after(async () => {
      await hub?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it("Step 2 loads SST-2 from the Hub", () => {
      assert.match(first.shown.get("step-2-load")!, /\ntrain +16 /);
      assert.match(first.shown.get("step-2-features")!, /label +a label: 0 negative, 1 positive/);
    });

    it("Steps 3 to 5 take the tokenizer that belongs to the model", () => {
      assert.match(first.shown.get("parameters")!, /CHECKPOINT: 'bert-base-uncased'/);
      assert.match(first.shown.get("step-3-tokenizer")!, /vocabulary: 2,523 word pieces/);
      assert.match(first.shown.get("step-5-collator")!, /labels +\[8\]/);
    });

    it("Step 6 names the weights that are new: those of the classifier", () => {
      assert.match(
        first.shown.get("step-6-model")!,
        /are newly initialized: \['classifier\.bias', 'classifier\.weight'\]\nYou should probably TRAIN/,
      );
      assert.match(first.shown.get("step-6-model")!, /pretrained: only the head is new/);
      assert.match(first.shown.get("step-6-model")!, /1 layers, hidden size 32/);
    });

    it("Step 7 trains", () => assert.match(first.shown.get("step-7-train")!, /2\/2 steps/));

    it("downloads each file once, and none that is not needed", () => {
      const stored = first.requests.filter((each) => each.startsWith("GET storage"));
      assert.equal(stored.length, 5, "3 splits, tokenizer.json, model.safetensors");
      assert.equal(new Set(stored).size, 5);
      assert.deepEqual(
        first.requests.filter((each) => each.includes("pytorch_model.bin") || each.includes("vocab.txt")),
        [],
      );
    });

    it("asks for no file that is unchanged, the second time", () => {
      assert.ok(first.requests.some((each) => FILES.test(each)));
      assert.ok(second.requests.length > 0, "but for the newest commits");
      assert.deepEqual(
        second.requests.filter((each) => !COMMIT.test(each)),
        [],
      );
    });

    it("asks nobody when offline", () => assert.deepEqual(third.requests, []));

    it("takes a model of another family and a task about pairs", async () => {
      const { shown } = await run(stepsUpTo(7), {
        DATASET: "glue/mrpc",
        CHECKPOINT: "distilroberta-base",
        OUTPUT_DIR: path.join(folder, "mrpc"),
      });
      assert.match(shown.get("step-2-features")!, /0 not_equivalent, 1 equivalent/);
      assert.match(shown.get("step-3-tokenizer")!, /vocabulary: 500/);
      assert.match(
        shown.get("step-6-model")!,
        /newly initialized: \['classifier\.dense\.bias', .*'classifier\.out_proj\.weight'\]/,
      );
      assert.match(shown.get("step-7-train")!, /2\/2 steps/);
      const trained = JSON.parse(
        readFileSync(path.join(folder, "mrpc", "checkpoint-2", "config.json"), "utf8"),
      ) as Record<string, unknown>;
      assert.deepEqual(trained.architectures, ["RobertaForSequenceClassification"]);
    });

    it("shows the same each time", () => {
      for (const id of ["step-2-load", "step-2-balance", "step-4-sentence", "step-6-model"]) {
        assert.ok(first.shown.get(id));
        assert.equal(withoutProgress(second.shown.get(id)!), withoutProgress(first.shown.get(id)!), id);
        assert.equal(withoutProgress(third.shown.get(id)!), withoutProgress(first.shown.get(id)!), id);
      }
    });
  },
);

/** Without the bars of downloads. */
function withoutProgress(text: string): string {
  return text
    .split("\n")
    .filter((line) => !/[█░]|%\|/.test(line) && line.trim() !== "")
    .join("\n");
}
