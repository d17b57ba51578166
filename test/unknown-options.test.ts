import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import * as finetune from "../lib/src";
import * as notebook from "../notebook/src";
import { batchOf, tinyBert } from "./models/tiny-bert";

const { Dataset, FinetuneError } = finetune;
const dataset = Dataset.fromDict({ text: ["a", "b", "c"], label: [0, 1, 0] });
const tokenizer = finetune.BertTokenizer.fromVocab(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a"]);
const folder = path.join(__dirname, "no-such-folder");
const optionOf = (options: Record<string, unknown>) => options as never;

/** Each call with an option that does not exist, and the name that it is told. */
const CALLS: Record<string, [call: () => unknown, name: RegExp]> = {
  tokenizer: [() => tokenizer("a", optionOf({ max_length: 4 })), /'max_length'.*'maxLength'/],
  "tokenizer.encode": [() => tokenizer.encode("a", optionOf({ maxLenght: 4 })), /'maxLength'/],
  "tokenizer.tokenize": [() => tokenizer.tokenize("a", optionOf({ truncate: true })), /'truncate'/],
  "tokenizer.decode": [
    () => tokenizer.decode([4], optionOf({ skip_special_tokens: true })),
    /'skipSpecialTokens'/,
  ],
  "tokenizer.pad": [
    () => tokenizer.pad([{ input_ids: [4] }], optionOf({ pad_to_multiple_of: 8 })),
    /padToMultipleOf/,
  ],
  returnTensors: [() => tokenizer("a", optionOf({ returnTensors: "pt" })), /returnTensors is 'pt'/],
  AutoTokenizer: [
    () => finetune.AutoTokenizer.fromPretrained(folder, optionOf({ revison: "main" })),
    /'revision'/,
  ],
  AutoConfig: [() => finetune.AutoConfig.fromPretrained(folder, optionOf({ num_labels: 2 })), /'numLabels'/],
  AutoModel: [
    () => finetune.AutoModelForSequenceClassification.fromPretrained(folder, optionOf({ num_labels: 2 })),
    /'numLabels'/,
  ],
  BertConfig: [() => new finetune.BertConfig(optionOf({ hidden_size: 8 })), /'hiddenSize'/],
  forward: [
    () => tinyBert().forward(batchOf([[4]]), optionOf({ outputHiddenState: true })),
    /'outputHiddenStates'/,
  ],
  pipeline: [() => finetune.pipeline("fill-mask", optionOf({ model: folder, batch_size: 2 })), /'batchSize'/],
  "feature-extraction": [
    () =>
      finetune.pipeline("feature-extraction", { model: tinyBert(), tokenizer })(
        "a",
        optionOf({ pool: "cls" }),
      ),
    /'pooling'|pooling/,
  ],
  attribute: [() => finetune.attribute(tinyBert(), tokenizer, "a", optionOf({ labels: "x" })), /'label'/],
  calibration: [
    () => finetune.calibration({ confidences: [1], right: [true] }, optionOf({ nBins: 5 })),
    /'nBins'.*bins/,
  ],
  plotRuns: [() => notebook.plotRuns([], optionOf({ row: 450 })), /'rows'/],
  labelBalance: [() => notebook.labelBalance(dataset, optionOf({ columns: "label" })), /'column'/],
  converse: [
    () =>
      notebook.converse(
        finetune.pipeline("text-classification", { model: tinyBert(), tokenizer }),
        optionOf({ standins: [] }),
      ),
    /'standIns'/,
  ],
  serveClassifier: [
    () =>
      finetune.serveClassifier(
        finetune.pipeline("text-classification", { model: tinyBert(), tokenizer }),
        optionOf({ Port: 1 }),
      ),
    /'port'/,
  ],
  serveStudio: [() => finetune.serveStudio(optionOf({ Port: 1 })), /'port'/],
  writeStudio: [() => finetune.writeStudio("x", optionOf({ Model: "a" })), /'model'/],
  "classify.stream": [
    () =>
      finetune
        .pipeline("text-classification", { model: tinyBert(), tokenizer })
        .stream(["a"], optionOf({ ahead: 1 })),
    /lookAhead/,
  ],
  plotLossCurve: [() => notebook.plotLossCurve([], optionOf({ smooth: 3 })), /smoothing/],
  plotAccuracy: [() => notebook.plotAccuracy([], optionOf({ base: 0.5 })), /baseline/],
  plotPadding: [() => notebook.plotPadding([1], optionOf({ pack: true })), /packed/],
  plotReliability: [() => notebook.plotReliability([], optionOf({ bin: 3 })), /'bins'/],
  plotConfidence: [() => notebook.plotConfidence([], optionOf({ bin: 3 })), /'bins'/],
  plotConfusionMatrix: [() => notebook.plotConfusionMatrix([], optionOf({ label: [] })), /'labels'/],
  plotStates: [() => notebook.plotStates([], optionOf({ label: [] })), /'labels'/],
  plotWordPieces: [() => notebook.plotWordPieces(["a"], optionOf({ id: [1] })), /'ids'/],
  plotAttention: [
    () => notebook.plotAttention({ tokens: [], weights: [] }, optionOf({ heads: 1 })),
    /'head'/,
  ],
  classify: [
    () =>
      finetune.pipeline("text-classification", { model: tinyBert(), tokenizer })("a", optionOf({ top_k: 2 })),
    /'topK'/,
  ],
  loadDataset: [() => finetune.loadDataset("csv", optionOf({ dataFiles: "a", delimter: ";" })), /'delimter'/],
  map: [() => dataset.map(() => ({}), optionOf({ batchsize: 2 })), /'batchSize'/],
  filter: [() => dataset.filter(() => true, optionOf({ batch_size: 2 })), /'batchSize'/],
  shuffle: [() => dataset.shuffle(optionOf({ sead: 1 })), /'seed'/],
  sort: [() => dataset.sort("label", optionOf({ reversed: true })), /'reverse'/],
  trainTestSplit: [() => dataset.trainTestSplit(optionOf({ test_size: 1 })), /'testSize'/],
  classEncodeColumn: [
    () => dataset.classEncodeColumn("text", optionOf({ include_nulls: true })),
    /'includeNulls'/,
  ],
  withFormat: [() => dataset.withFormat("plain", optionOf({ column: ["text"] })), /'columns'/],
  iter: [() => [...dataset.iter(optionOf({ batchSize: 1, dropLast: true }))], /'dropLast'/],
  toCsv: [() => dataset.toCsv(path.join(folder, "x.csv"), optionOf({ sep: ";" })), /'sep'.*delimiter/],
  toJson: [() => dataset.toJson(path.join(folder, "x.json"), optionOf({ line: false })), /'lines'/],
  concatenateDatasets: [() => finetune.concatenateDatasets([dataset], optionOf({ axes: 1 })), /'axis'/],
  DataCollatorWithPadding: [
    () => new finetune.DataCollatorWithPadding(optionOf({ tokenizer, max_length: 3 })),
    /'maxLength'/,
  ],
  TrainingArguments: [() => new finetune.TrainingArguments(optionOf({ learning_rate: 1 })), /learningRate/],
  Trainer: [
    () => new finetune.Trainer(optionOf({ model: tinyBert(), train_dataset: dataset })),
    /trainDataset/,
  ],
  "Trainer.train": [
    () => new finetune.Trainer({ model: tinyBert() }).train(optionOf({ resume_from_checkpoint: true })),
    /'resumeFromCheckpoint'/,
  ],
  downloadFile: [
    () => finetune.downloadFile(optionOf({ repo: { type: "model", name: "a" }, path: "b", force: true })),
    /'force'/,
  ],
  table: [() => notebook.table([{ a: 1 }], optionOf({ max_rows: 2 })), /'maxRows'/],
};

for (const [what, [call, name]] of Object.entries(CALLS)) {
  test(`${what} refuses an option that does not exist, and says which there are`, async () => {
    await assert.rejects(
      async () => await call(),
      (error) => {
        assert.ok(error instanceof FinetuneError, String(error));
        assert.match(error.message, name);
        return true;
      },
    );
  });
}

test("the types refuse them too", () => {
  const refused = () => {
    // @ts-expect-error -- the option is called maxLength
    tokenizer("a", { truncation: true, max_length: 4 });
    // @ts-expect-error -- the option is called reverse
    dataset.sort("label", { reversed: true });
    // @ts-expect-error -- the option is called seed
    dataset.shuffle({ sead: 1 });
  };
  assert.throws(refused);
});
