/** Behaviours of Python's `datasets`, taken from its tests, that no other test here shows (docs/datasets.md has the list). */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { concatenateDatasets } from "../../lib/src/datasets/concatenate-datasets";
import { Dataset } from "../../lib/src/datasets/dataset";
import { DatasetDict } from "../../lib/src/datasets/dataset-dict";
import { ClassLabel, Features, List, Value } from "../../lib/src/datasets/features";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import { loadFromDisk } from "../../lib/src/datasets/load-from-disk";
import type { Row } from "../../lib/src/datasets/rows";
import { DatasetError } from "../../lib/src/errors";

const scratch = mkdtempSync(path.join(tmpdir(), "finetune-peer-"));
after(() => rmSync(scratch, { recursive: true, force: true }));
const place = (name: string) => path.join(scratch, name);

test("map: a function that returns something for some rows only, null among values, columns that go and come", async () => {
  const numbers = Dataset.fromDict({ a: [0, 1, 2, 3] });
  const some = await numbers.map(({ a }) => ({ a: a < 2 ? -1 : a }));
  assert.deepEqual(some.column("a"), [-1, -1, 2, 3]);
  const nulls = await numbers.map(({ a }) => ({ a: a < 2 ? null : a }));
  assert.deepEqual(nulls.column("a"), [null, null, 2, 3]);
  const other = await numbers.map(({ a }) => ({ b: a < 2 ? -1 : a }), { removeColumns: ["a"] });
  assert.deepEqual([...other], [{ b: -1 }, { b: -1 }, { b: 2 }, { b: 3 }]);
  const asynchronous = await numbers.map(async ({ a }) => ({ b: await Promise.resolve(a * 2) }));
  assert.deepEqual(asynchronous.column("b"), [0, 2, 4, 6]);
  await assert.rejects(
    numbers.map(({ a }) => ({ b: a < 2 ? a : "x" })),
    /one\s+type/,
  );
});

test("map and filter: with the row's number, after select, of nested cells, to nothing", async () => {
  const dataset = Dataset.fromDict({ text: ["a", "b", "c"], nested: [{ n: 1 }, { n: 2 }, { n: 3 }] });
  const numbered = await dataset.select([2, 0]).map((_, index) => ({ index }));
  assert.deepEqual(numbered.column("index"), [0, 1]);
  const inner = await dataset.map(({ nested }) => ({ nested: { n: nested.n + 1, m: "x" } }));
  assert.deepEqual(inner[0]!.nested, { n: 2, m: "x" });
  const none = await dataset.filter(() => false);
  assert.equal(none.length, 0);
  assert.deepEqual(none.columnNames, ["text", "nested"]);
  assert.deepEqual((await none.map(() => ({ more: 1 }))).columnNames.slice(0, 2), ["text", "nested"]);
  const pairs = await dataset.filter(({ text }) => text.map((each) => each !== "b"), { batched: true });
  assert.deepEqual(pairs.column("text"), ["a", "c"]);
});

test("features stay through verbs and files; labels stay labels", async () => {
  const features = new Features({
    label: new ClassLabel({ names: ["no", "yes"] }),
    ids: new List(new Value("int32")),
    score: new Value("float32"),
  });
  const dataset = Dataset.fromDict(
    { label: [0, 1, null], ids: [[1], [], null], score: [0.5, null, 1] },
    features,
  );
  const through = [
    dataset.select([2, 1, 0]).sort("label").shuffle({ seed: 1 }),
    await dataset.filter(() => true),
    dataset.trainTestSplit({ testSize: 1, seed: 1 }).test,
    concatenateDatasets([dataset as Dataset<Row>, dataset as Dataset<Row>]),
    await dataset.map(() => ({ more: 1 }), { removeColumns: [] }).then((more) => more.removeColumns("more")),
  ];
  for (const each of through) assert.equal(String(each.features), String(features));
  await dataset.toParquet(place("kept.parquet"));
  await dataset.saveToDisk(place("kept"));
  for (const again of [
    await loadDataset(place("kept.parquet"), { split: "train" }),
    (await loadFromDisk(place("kept"))) as Dataset,
  ]) {
    assert.equal(String(again.features), String(features));
    assert.deepEqual([...again.withFormat("plain")], [...dataset.withFormat("plain")]);
  }
});

test("integers with nulls are written as integers, whatever their size", async () => {
  const features = new Features({ a: new Value("int64") });
  const dataset = Dataset.fromDict({ a: [9007199254740993n, null, 5] }, features);
  await dataset.toCsv(place("nulls.csv"));
  assert.equal(readFileSync(place("nulls.csv"), "utf8"), 'a\n9007199254740993\n""\n5\n');
  await dataset.toJson(place("nulls.jsonl"));
  assert.equal(readFileSync(place("nulls.jsonl"), "utf8"), '{"a":9007199254740993}\n{"a":null}\n{"a":5}\n');
  for (const name of ["nulls.csv", "nulls.jsonl"]) {
    const again = await loadDataset(place(name), { split: "train" });
    assert.deepEqual(again.column("a" as never), [9007199254740993n, null, 5], name);
  }
});

test("values that are no datasets, columns that are there twice, and types that differ are refused", () => {
  assert.throws(() => new DatasetDict({ train: [1] as never }), DatasetError);
  const one = Dataset.fromDict({ a: [1], b: ["x"] }) as Dataset;
  assert.throws(() => concatenateDatasets([one, one], { axis: 1 }), /"a"/);
  assert.throws(() => concatenateDatasets([one, Dataset.fromDict({ a: ["x"], b: ["y"] }) as Dataset]), /"a"/);
  assert.throws(() => Dataset.fromDict({ a: [1, "x"] }), /row 0 is .* and row 1 is/);
  assert.throws(() => one.at(1), DatasetError);
  assert.throws(() => one[5], DatasetError);
});

test("labels of another order: by their names, whatever the case", () => {
  const dataset = Dataset.fromDict(
    { label: [0, 1, 2, -1] },
    new Features({ label: new ClassLabel({ names: ["a", "b", "c"] }) }),
  );
  const aligned = dataset.alignLabelsWithMapping({ A: 1, B: 2, C: 0 }, "label");
  assert.deepEqual(aligned.column("label"), [1, 2, 0, -1]);
  assert.deepEqual(aligned.features.get("label"), new ClassLabel({ names: ["C", "A", "B"] }));
  const dict = new DatasetDict({ train: dataset }).alignLabelsWithMapping({ A: 1, B: 2, C: 0 }, "label");
  assert.deepEqual(dict.train.column("label"), [1, 2, 0, -1]);
  const gap = { a: 0, b: 1, c: 5 };
  assert.throws(
    () => dataset.alignLabelsWithMapping(gap, "label"),
    /ids of 3 classes are 0 to 2.*has 0, 1, 5/,
  );
  assert.throws(
    () => dataset.alignLabelsWithMapping({ a: 0, b: 1 }, "label"),
    /has no class "c" of column "label"/,
  );
  assert.throws(
    () => Dataset.fromDict({ n: [1] }).alignLabelsWithMapping({ a: 0 }, "n"),
    /holds .*, no classes/,
  );
});

test("a folder that was moved, or whose files were changed, is what it is now", async () => {
  mkdirSync(place("data"));
  writeFileSync(place("data/train.csv"), "n\n1\n");
  assert.deepEqual([...(await loadDataset(place("data"), { split: "train" }))], [{ n: 1 }]);
  writeFileSync(place("data/train.csv"), "n\n2\n");
  assert.deepEqual([...(await loadDataset(place("data"), { split: "train" }))], [{ n: 2 }]);
  renameSync(place("data"), place("moved"));
  assert.deepEqual([...(await loadDataset(place("moved"), { split: "train" }))], [{ n: 2 }]);
  await assert.rejects(loadDataset(place("data"), { split: "train" }), /There is no dataset/);
});

test("files that do not fit the features, or have fewer columns, are named", async () => {
  writeFileSync(place("few.jsonl"), '{"a":1}\n{"a":2}\n');
  const load = (features: Features) =>
    loadDataset("json", { dataFiles: place("few.jsonl"), split: "train", features });
  await assert.rejects(load(new Features({ a: new Value("int64"), b: new Value("string") })), DatasetError);
  await assert.rejects(load(new Features({ a: new ClassLabel({ names: ["x"] }) })), /few\.jsonl|"a"/);
  const cast = await load(new Features({ a: new Value("string") }));
  assert.deepEqual(cast.column("a" as never), ["1", "2"]);
});
