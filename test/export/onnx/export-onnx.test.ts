import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type * as tf from "@tensorflow/tfjs-core";
import { loadDataset } from "../../../lib/src/datasets/load-dataset";
import { exportOnnx } from "../../../lib/src/export/onnx/export-onnx";
import { pipeline } from "../../../lib/src/inference/pipeline";
import {
  AutoConfig,
  AutoModelForMaskedLM,
  AutoModelForQuestionAnswering,
  AutoModelForSentenceEmbedding,
  AutoModelForTokenClassification,
  AutoModelForSequenceClassification,
} from "../../../lib/src/models/auto";
import { BertConfig } from "../../../lib/src/models/bert/configuration";
import { BertForMaskedLM } from "../../../lib/src/models/bert/for-masked-lm";
import { BertForSequenceClassification } from "../../../lib/src/models/bert/for-sequence-classification";
import { BertModel } from "../../../lib/src/models/bert/modeling";
import { LoraConfig } from "../../../lib/src/models/peft/lora-config";
import { getPeftModel } from "../../../lib/src/models/peft/peft-model";
import type { PreTrainedModel } from "../../../lib/src/models/pretrained-model";
import { BertTokenizer } from "../../../lib/src/tokenizers/bert-tokenizer";
import { launchBrowser, noBrowser } from "../../browser";
import { startEngine } from "../../engine";
import { batchOf, TINY } from "../../models/tiny-bert";
import { pythonWith } from "../../python";
import { serveFolders } from "../../static-server";
import { trainedClassifier, type TrainedClassifier } from "../trained-classifier";
import { labelsOf, openSession, type Outputs } from "./session";

const SST2 = path.resolve(__dirname, "../../../../shared/data/sst2");
const folder = mkdtempSync(path.join(tmpdir(), "finetune-onnx-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const tokenizer = BertTokenizer.fromVocab(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b"]);
const config = (options = {}) => new BertConfig({ ...TINY, initializerRange: 0.3, ...options });
const onnx = (directory: string, name = "model") => path.join(directory, "onnx", `${name}.onnx`);

const BATCHES = [
  [[2, 7, 4, 3]],
  [
    [2, 3],
    [2, 7, 9, 8, 20, 21, 22, 23, 24, 25, 26, 3],
    [2, 4, 3],
  ],
];

/** The largest difference between two lists of numbers, where the second is told. */
const largest = (ours: ArrayLike<number>, theirs: ArrayLike<number>) => {
  assert.equal(ours.length, theirs.length);
  return Array.from(ours).reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i]!)), 0);
};

describe("exportOnnx", () => {
  before(() => startEngine("wasm"));

  const models: Record<string, [make: () => PreTrainedModel<object>, output: string]> = {
    "a classifier": [() => new BertForSequenceClassification(config({ numLabels: 3 }), 5), "logits"],
    "a regression": [() => new BertForSequenceClassification(config({ numLabels: 1 }), 5), "logits"],
    "a masked language model": [() => new BertForMaskedLM(config(), 5), "logits"],
    "a body": [() => new BertModel(config(), 5), "last_hidden_state"],
  };
  const families = path.resolve(__dirname, "../../fixtures/conformance/families");
  const trained = (name: string) => path.join(families, name, "model");
  const EXPORTABLE = ["albert", "bert", "camembert", "distilbert", "electra", "roberta", "xlm-roberta"];
  const ofFamilies: [string, () => Promise<PreTrainedModel<object>>, string][] = EXPORTABLE.flatMap(
    (name) => [
      [
        `a classifier of the family ${name}`,
        () => AutoModelForSequenceClassification.fromPretrained(trained(`${name}-classification`)),
        "logits",
      ],
      [
        `a masked language model of the family ${name}`,
        () => AutoModelForMaskedLM.fromPretrained(trained(`${name}-masked-lm`)),
        "logits",
      ],
      [
        `a classifier of tokens of the family ${name}`,
        () => AutoModelForTokenClassification.fromPretrained(trained(`${name}-token-classification`)),
        "logits",
      ],
    ],
  );
  const plainDeberta = async () => {
    const overrides = {
      relativeAttention: false,
      posAttType: null,
      positionBiasedInput: true,
      initializerRange: 0.3,
    };
    const settings = await AutoConfig.fromPretrained(trained("deberta-v2-classification"), overrides);
    return await AutoModelForSequenceClassification.fromConfig(settings, { seed: 5 });
  };
  ofFamilies.push(["a DeBERTa whose attention is plain", plainDeberta, "logits"]);
  const all = [
    ...Object.entries(models).map(
      ([name, [make, output]]) => [name, () => Promise.resolve(make().initializeWeights()), output] as const,
    ),
    ...ofFamilies,
  ];
  for (const [name, make, output] of all) {
    test(`${name} gives the same numbers in onnxruntime, for any batch and length`, async () => {
      const directory = path.join(folder, name);
      const model = await make();
      await exportOnnx(model, tokenizer, directory, { quantize: "fp16" });
      const exact = await openSession(onnx(directory));
      const half = await openSession(onnx(directory, "model_fp16"));
      for (const rows of BATCHES) {
        const inputs = batchOf(rows);
        const results = model.forward(inputs) as Record<string, tf.Tensor>;
        const ours = (results[output] ?? results.lastHiddenState)!;
        const ids = {
          input_ids: inputs.input_ids.arraySync(),
          attention_mask: inputs.attention_mask.arraySync(),
        };
        // Ours is zero at padding; there onnxruntime computes what nobody asks for.
        const isToken = ids.attention_mask.flat();
        const width = ours.size / (ours.rank === 3 ? isToken.length : 1);
        const told = (value: number, i: number) =>
          ours.rank === 3 && isToken[Math.floor(i / width)] === 0 ? 0 : value;
        const numbers = (outputs: Outputs) => outputs[output]!.data.map(told);
        assert.deepEqual((await exact(ids))[output]!.dims, ours.shape);
        assert.ok(largest(ours.dataSync(), numbers(await exact(ids))) < 1e-4);
        assert.ok(largest(ours.dataSync(), numbers(await half(ids))) < 0.05);
      }
    });
  }

  test("what finds answers gives the scores of beginnings and ends, under transformers' names", async () => {
    for (const name of ["bert", "distilbert"]) {
      const directory = path.join(folder, `answers-${name}`);
      const model = await AutoModelForQuestionAnswering.fromPretrained(trained(`${name}-question-answering`));
      await exportOnnx(model, tokenizer, directory);
      const run = await openSession(onnx(directory));
      for (const rows of BATCHES) {
        const inputs = batchOf(rows);
        const mask = inputs.attention_mask.arraySync();
        const ours = model.forward(inputs).logits.arraySync();
        const outputs = await run({ input_ids: inputs.input_ids.arraySync(), attention_mask: mask });
        for (const [side, output] of ["start_logits", "end_logits"].entries()) {
          const { data, dims } = outputs[output]!;
          assert.deepEqual(dims, [rows.length, mask[0]!.length]);
          const atTokens = (_: number, i: number) => mask.flat()[i] === 1;
          const wanted = ours.flat().map((scores) => scores[side]!);
          assert.ok(largest(wanted.filter(atTokens), data.filter(atTokens)) < 1e-4, output);
        }
      }
    }
  });

  test("what embeds sentences gives the states, of which a runtime takes the mean", async () => {
    const directory = path.join(folder, "embeddings");
    const model = await AutoModelForSentenceEmbedding.fromPretrained(trained("bert-masked-lm"));
    await exportOnnx(model, tokenizer, directory);
    const run = await openSession(onnx(directory));
    const inputs = batchOf(BATCHES[0]!);
    const [ids, mask] = [inputs.input_ids.arraySync(), inputs.attention_mask.arraySync()];
    const { data, dims } = (await run({ input_ids: ids, attention_mask: mask })).last_hidden_state!;
    const [, length, hidden] = dims as [number, number, number];
    const means = Array.from({ length: hidden }, (_, column) => {
      const values = Array.from({ length }, (_, token) => data[token * hidden + column]!);
      return values.reduce((sum, value) => sum + value, 0) / length;
    });
    assert.ok(largest(model.forward(inputs).embeddings.dataSync(), means) < 1e-4);
  });

  test("a family of which nobody has written down a graph is refused by name, and leaves nothing", async () => {
    const refused = [
      ["deberta-v2", {}],
      // Without the vectors of distances, its scores still have a scale of their own.
      ["deberta-v2", { relativeAttention: false }],
      ["modernbert", {}],
      ["mpnet", {}],
    ] as const;
    for (const [name, overrides] of refused) {
      const checkpoint = trained(`${name}-classification`);
      const settings = await AutoConfig.fromPretrained(checkpoint, overrides);
      const model = await AutoModelForSequenceClassification.fromConfig(settings, { seed: 5 });
      const directory = mkdtempSync(path.join(folder, "refused-"));
      await assert.rejects(exportOnnx(model, tokenizer, directory), {
        name: "ConfigError",
        message: /cannot be exported yet/,
      });
      assert.ok(!existsSync(path.join(directory, "onnx")));
    }
  });

  test("what cannot be exported is told, and an option that there is not", async () => {
    const model = new BertForSequenceClassification(config(), 5).initializeWeights();
    await assert.rejects(exportOnnx(model, tokenizer, folder, { quantise: "int8" } as never), /'quantize'/);
    await assert.rejects(
      exportOnnx(model, tokenizer, folder, { quantize: "int4" as never }),
      /"int8" or "fp16", not "int4"/,
    );
    const adapted = getPeftModel(model, new LoraConfig({ r: 2 }));
    await assert.rejects(exportOnnx(adapted, tokenizer, folder), /merge it first, model\.mergeAndUnload\(\)/);
  });
});

describe("a trained classifier, exported", () => {
  const directory = path.join(folder, "trained");
  let trained: TrainedClassifier;
  let ours: (sentences: readonly string[]) => Promise<number[]>;
  before(async () => {
    trained = await trainedClassifier();
    await exportOnnx(trained.model, trained.tokenizer, directory, { quantize: "int8" });
    const classify = pipeline("text-classification", { model: trained.model, tokenizer: trained.tokenizer });
    ours = async (sentences) =>
      (await classify([...sentences])).map(({ label }) => trained.model.config.label2id[label]!);
  });
  const theirs = (name: string, sentences: readonly string[]) =>
    labelsOf(onnx(directory, name), trained.tokenizer, sentences);
  const accuracy = (labels: readonly number[]) =>
    labels.filter((label, i) => label === trained.labels[i]).length / labels.length;

  test("answers alike, in 8 bits within half a point, a quarter of the size", async () => {
    const expected = await ours(trained.sentences);
    assert.ok(accuracy(expected) > 0.75, `${accuracy(expected)}`);
    assert.deepEqual(await theirs("model", trained.sentences), expected);
    const small = await theirs("model_quantized", trained.sentences);
    assert.ok(
      Math.abs(accuracy(small) - accuracy(expected)) <= 0.005,
      `${accuracy(small)} against ${accuracy(expected)}`,
    );
    const [exact, quantized] = ["model", "model_quantized"].map(
      (name) => statSync(onnx(directory, name)).size,
    );
    assert.ok(quantized! < exact! / 3.5);
  });

  const sst2 = async () => (await loadDataset(SST2)).validation.column("sentence");
  const noSst2 = !existsSync(SST2) && "../shared/data/sst2 is not here";

  test("gives the same label to all of SST-2's validation", { skip: noSst2 }, async () => {
    const sentences = await sst2();
    assert.equal(sentences.length, 872);
    assert.deepEqual(await theirs("model", sentences), await ours(sentences));
  });

  const { FINETUNE_TRANSFORMERS_JS } = process.env;
  const noPeer =
    !FINETUNE_TRANSFORMERS_JS && "FINETUNE_TRANSFORMERS_JS names no folder with @huggingface/transformers";

  test("is read by transformers.js, which gives the same labels", { skip: noPeer }, async () => {
    const sentences = noSst2 ? trained.sentences : await sst2();
    const script = `
      import { env, pipeline } from "@huggingface/transformers";
      env.allowRemoteModels = false;
      env.localModelPath = ${JSON.stringify(path.dirname(directory))};
      const classify = await pipeline("text-classification", ${JSON.stringify(path.basename(directory))}, { dtype: process.argv[1], device: "cpu" });
      const labels = [];
      for (const sentence of JSON.parse(process.argv[2])) labels.push((await classify(sentence))[0].label);
      console.log("LABELS" + JSON.stringify(labels));`;
    const labels = (dtype: string, texts: readonly string[]) => {
      const args = ["--input-type=module", "-e", script, dtype, JSON.stringify(texts)];
      const { stdout, stderr } = spawnSync(process.execPath, args, {
        cwd: FINETUNE_TRANSFORMERS_JS,
        encoding: "utf8",
        maxBuffer: 2 ** 26,
      });
      const [, found = ""] = /LABELS(.*)/.exec(stdout) ?? [];
      assert.ok(found, stderr);
      return (JSON.parse(found) as string[]).map((label) => trained.model.config.label2id[label]);
    };
    assert.deepEqual(labels("fp32", sentences), await ours(sentences));
    assert.equal(labels("q8", sentences.slice(0, 8)).length, 8);
  });

  test("… in a browser too", { skip: noPeer || noBrowser }, async (t) => {
    const peer = path.join(FINETUNE_TRANSFORMERS_JS!, "node_modules");
    const library = path.join(peer, "@huggingface/transformers/dist");
    const runtime = path.join(peer, "onnxruntime-web/dist");
    const { address, close } = await serveFolders(
      { models: folder, library, runtime },
      { "index.html": "<!DOCTYPE html><title>transformers.js</title>" },
    );
    const browser = await launchBrowser();
    t.after(() => Promise.all([browser.close(), close()]));
    const page = await browser.newPage();
    await page.goto(`${address}/index.html`);
    const sentences = trained.sentences.slice(0, 24);
    const labels = await page.evaluate(
      async ({ address, name, sentences }) => {
        // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the loader of this test would make require() of import()
        const load = new Function("url", "return import(url)") as (url: string) => Promise<{
          env: Record<string, unknown> & { backends: { onnx: { wasm: { wasmPaths: string } } } };
          pipeline: (...args: unknown[]) => Promise<(text: string) => Promise<[{ label: string }]>>;
        }>;
        const { env, pipeline } = await load(`${address}/library/transformers.min.js`);
        Object.assign(env, {
          allowRemoteModels: false,
          allowLocalModels: true,
          localModelPath: "/models/",
        });
        env.backends.onnx.wasm.wasmPaths = `${address}/runtime/`;
        const classify = await pipeline("text-classification", name, { dtype: "fp32", device: "wasm" });
        const found: string[] = [];
        for (const sentence of sentences) found.push((await classify(sentence))[0].label);
        return found;
      },
      { address, name: path.basename(directory), sentences },
    );
    assert.deepEqual(
      labels.map((label) => trained.model.config.label2id[label]),
      await ours(sentences),
    );
  });

  const { python, skip: noPython } = pythonWith("onnx", "onnxruntime");

  test("is what ONNX's checker takes, and the newest onnxruntime runs", { skip: noPython }, async () => {
    const sentences = trained.sentences.slice(0, 64);
    const rows = sentences.map((sentence) => trained.tokenizer(sentence).input_ids);
    const script = [
      "import json, sys, onnx, onnxruntime, numpy",
      "onnx.checker.check_model(sys.argv[1], full_check=True)",
      "session = onnxruntime.InferenceSession(sys.argv[1])",
      "def label(ids):",
      "    ids = numpy.array([ids], dtype=numpy.int64)",
      "    feed = {'input_ids': ids, 'attention_mask': numpy.ones_like(ids), 'token_type_ids': numpy.zeros_like(ids)}",
      "    return int(session.run(None, feed)[0].argmax())",
      "print(json.dumps([label(ids) for ids in json.load(sys.stdin)]))",
    ].join("\n");
    const run = (name: string) => {
      const { stdout, stderr } = spawnSync(python, ["-c", script, onnx(directory, name)], {
        input: JSON.stringify(rows),
        encoding: "utf8",
      });
      assert.ok(stdout, stderr);
      return JSON.parse(stdout) as number[];
    };
    assert.deepEqual(run("model"), await ours(sentences));
    assert.equal(run("model_quantized").length, sentences.length);
  });

  test("its folder is a model's: configuration and tokenizer beside the graph", () => {
    const { id2label, model_type } = JSON.parse(
      readFileSync(path.join(directory, "config.json"), "utf8"),
    ) as Record<string, unknown>;
    assert.deepEqual([model_type, id2label], ["bert", { 0: "negative", 1: "positive" }]);
    for (const file of ["tokenizer.json", "tokenizer_config.json"]) {
      assert.ok(existsSync(path.join(directory, file)), file);
    }
  });
});
