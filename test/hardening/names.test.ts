/** Names of JavaScript's own, given by a stranger's file, are names like others, at every border of the library. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, test } from "node:test";
import { DataCollatorWithPadding } from "../../lib/src/collators/data-collator-with-padding";
import { defaultDataCollator } from "../../lib/src/collators/default-data-collator";
import { Dataset } from "../../lib/src/datasets/dataset";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import { loadFromDisk } from "../../lib/src/datasets/load-from-disk";
import { AutoConfig } from "../../lib/src/models/auto";
import { evaluate } from "../../lib/src/evaluation/evaluate";
import { TrainingArguments } from "../../lib/src/training/training-arguments";

const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "__defineGetter__"];
const row = (cell: (i: number) => unknown) => Object.fromEntries(NAMES.map((name, i) => [name, cell(i)]));
const prototype = Object.getOwnPropertyNames(Object.prototype);

const folder = mkdtempSync(path.join(tmpdir(), "finetune-names-"));
after(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), prototype));
const file = (name: string, content = "") => {
  if (content) writeFileSync(path.join(folder, name), content);
  return path.join(folder, name);
};

test("columns keep such names through rows, files and changes", async () => {
  const dataset = Dataset.fromList([row((i) => i), row((i) => i + 10)]);
  const rows = [row((i) => i), row((i) => i + 10)];
  assert.deepEqual([...dataset], rows);
  assert.deepEqual((await dataset.map((each) => ({ ...each }))).columnNames, NAMES);
  await dataset.toParquet(file("x.parquet"));
  await dataset.toCsv(file("x.csv"));
  await dataset.toJson(file("x.jsonl"));
  for (const name of ["x.parquet", "x.csv", "x.jsonl"]) {
    const again = await loadDataset(file(name), { split: "train" });
    assert.deepEqual([...again], rows, name);
  }
  await dataset.saveToDisk(file("saved"));
  assert.deepEqual([...((await loadFromDisk(file("saved"))) as Dataset)], rows);
  assert.deepEqual([...(await dataset.filter((each) => each["constructor"] === 11))], [rows[1]]);
  assert.deepEqual([...dataset.sort("__proto__", { reverse: true })], [rows[1], rows[0]]);
  assert.deepEqual(dataset.column("__proto__"), [0, 10]);
  assert.throws(() => dataset.column("isPrototypeOf"), /isPrototypeOf/);
  assert.throws(() => dataset.removeColumns("isPrototypeOf"), /isPrototypeOf/);
});

test("fields of nested cells keep such names", async () => {
  const cell = JSON.stringify({ a: row((i) => i), list: [row((i) => `${i}`)] });
  const dataset = await loadDataset(file("nested.jsonl", `${cell}\n${cell}\n`), { split: "train" });
  await dataset.toParquet(file("nested.parquet"));
  const again = await loadDataset(file("nested.parquet"), { split: "train" });
  for (const each of [dataset, again]) {
    const [first] = [...each] as unknown as { a: object; list: object[] }[];
    assert.deepEqual(Object.entries(first!.a), Object.entries(row((i) => i)));
    assert.deepEqual(Object.entries(first!.list[0]!), Object.entries(row((i) => `${i}`)));
  }
});

test("collators take columns of such names", () => {
  const rows = [0, 1].map((i) => ({ input_ids: [1, 2], ...row((at) => at + i), label: i }));
  rows.forEach((each, i) => Object.defineProperty(each, "__proto__", { value: i, enumerable: true }));
  const tokenizer = {
    padTokenId: 0,
    padTokenTypeId: 0,
    paddingSide: "right" as const,
    modelMaxLength: 8,
  };
  for (const collate of [defaultDataCollator, new DataCollatorWithPadding({ tokenizer })]) {
    const batch = collate(rows);
    for (const name of NAMES) {
      const column = Object.getOwnPropertyDescriptor(batch, name)?.value as { shape: number[] };
      assert.deepEqual(column.shape, [2], name);
    }
    for (const tensor of Object.values(batch)) (tensor as { dispose(): void }).dispose();
  }
});

test("labels and settings of a config keep such names", async () => {
  const json = {
    model_type: "bert",
    id2label: Object.fromEntries(NAMES.map((name, i) => [i, name])),
    ...{ vocab_size: 30, hidden_size: 8, num_attention_heads: 2 },
  };
  const text = JSON.stringify(json).replace("{", '{"__proto__":{"vocab_size":7},"constructor":1,');
  const config = await AutoConfig.fromPretrained(path.dirname(file("config.json", text)));
  assert.deepEqual(Object.entries(config.label2id), Object.entries(row((i) => i)));
  assert.equal(config.vocabSize, 30);
  const saved = config.toJson();
  assert.deepEqual(Object.getOwnPropertyDescriptor(saved, "__proto__")?.value, { vocab_size: 7 });
});

test("nothing is found under such a name that is not there", async () => {
  for (const name of NAMES) {
    const strange = JSON.parse(`{"${name}": 1}`) as object;
    assert.throws(() => new TrainingArguments({ outputDir: folder, ...strange }), new RegExp(name), name);
    await assert.rejects(async () => evaluate.load(name as "accuracy"), new RegExp(name), name);
    await assert.rejects(loadDataset(file("x.csv"), { split: name }), new RegExp(name), name);
    writeFileSync(
      file("config.json", JSON.stringify({ model_type: name })),
      JSON.stringify({ model_type: name }),
    );
    await assert.rejects(AutoConfig.fromPretrained(folder), new RegExp(name), name);
  }
});
