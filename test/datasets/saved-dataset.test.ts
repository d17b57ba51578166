import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { readSafetensors } from "../../lib/src/checkpoints/safetensors";
import { writeSafetensors } from "../../lib/src/checkpoints/safetensors-writer";
import { Dataset } from "../../lib/src/datasets/dataset";
import { DatasetDict } from "../../lib/src/datasets/dataset-dict";
import { ClassLabel, Features, List, Value } from "../../lib/src/datasets/features";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import { loadFromDisk } from "../../lib/src/datasets/load-from-disk";
import { DatasetError, FinetuneError } from "../../lib/src/errors";

const root = mkdtempSync(path.join(tmpdir(), "saved-"));
after(() => rmSync(root, { recursive: true }));
let made = 0;
const place = (name = "") => path.join(root, `${made++}${name}`);

const mixed = () =>
  Dataset.fromDict(
    {
      s: ["déjà 😀", "", "c"],
      label: [1, 0, -1],
      x: [0.5, NaN, -Infinity],
      ids: [[1, 2], [], [3]],
      f: [[0.5], [1.5], []],
      odd: [{ a: [1, null] }, null, { a: [10n ** 20n] }],
      when: [new Date(5), null, new Date(6)],
      raw: [new Uint8Array([1, 2]), new Uint8Array(), null],
      odd_numbers: [1, NaN, null],
    },
    new Features({
      s: new Value("string"),
      label: new ClassLabel({ names: ["no", "yes"] }),
      x: new Value("float32"),
      ids: new List(new Value("int32")),
    }),
  );

test("saved and loaded, a dataset is the same; part of one is saved without the rest", async () => {
  const folder = place();
  await mixed().saveToDisk(folder);
  const again = (await loadFromDisk(folder)) as Dataset;
  assert.deepEqual([...again], [...mixed()]);
  assert.equal(String(again.features), String(mixed().features));
  const part = place();
  await mixed().select([2, 0]).saveToDisk(part);
  assert.deepEqual([...((await loadFromDisk(part)) as Dataset)], [...mixed().select([2, 0])]);
  const { tensors } = await readSafetensors(path.join(part, "data.safetensors"));
  assert.deepEqual(Array.from(tensors.get("ids/values")!.data as Int32Array), [3, 1, 2]);
  assert.deepEqual(Array.from(tensors.get("ids/offsets")!.data as Int32Array), [0, 1, 3]);
  const nothing = place();
  await mixed().take(0).saveToDisk(nothing);
  assert.equal(((await loadFromDisk(nothing)) as Dataset).length, 0);
});

test("splits, and the two files with Hugging Face's names", async () => {
  const folder = place();
  await new DatasetDict({ train: mixed(), held_out: mixed().take(1) }).saveToDisk(folder);
  const dict = (await loadFromDisk(folder)) as DatasetDict;
  assert.deepEqual(dict.numRows, { train: 3, held_out: 1 });
  const read = (name: string) => JSON.parse(readFileSync(path.join(folder, name), "utf8")) as unknown;
  assert.deepEqual(read("dataset_dict.json"), { splits: ["train", "held_out"] });
  const info = read("train/dataset_info.json") as { features: Record<string, unknown> };
  assert.deepEqual(info.features.label, { names: ["no", "yes"], _type: "ClassLabel" });
  assert.deepEqual(info.features.ids, { feature: { dtype: "int32", _type: "Value" }, _type: "List" });
  await assert.rejects(
    new DatasetDict({ "../x": mixed() }).saveToDisk(place()),
    /cannot be the name of a split/,
  );
});

test("what is no saved dataset, or a damaged one", async () => {
  const folder = place();
  await assert.rejects(loadFromDisk(folder), /holds no saved dataset/);
  await mixed().saveToDisk(folder);
  const file = path.join(folder, "data.safetensors");
  const whole = readFileSync(file);
  const { tensors, metadata } = await readSafetensors(file);
  const broken = async (change: (copy: Map<string, NonNullable<ReturnType<typeof tensors.get>>>) => void) => {
    const copy = new Map(tensors);
    change(copy);
    await writeSafetensors(file, copy, metadata);
  };
  await broken((copy) =>
    copy.set("ids/offsets", { dtype: "I32", shape: [4], data: Int32Array.of(0, 2, 2, 9) }),
  );
  await assert.rejects(loadFromDisk(folder), /column "ids" has offsets that lead outside its values/);
  await broken((copy) => copy.delete("s/offsets"));
  await assert.rejects(loadFromDisk(folder), /column "s" lacks its values or offsets/);
  await broken((copy) => copy.set("label/values", { dtype: "I32", shape: [1], data: Int32Array.of(0) }));
  await assert.rejects(loadFromDisk(folder), /column "label" has 1 of 3 rows/);
  await broken((copy) => copy.set("odd/json", { dtype: "U8", shape: [1], data: Uint8Array.of(0x7b) }));
  await assert.rejects(loadFromDisk(folder), /column "odd" is no JSON/);
  for (let length = 0; length < whole.length; length += 97) {
    writeFileSync(file, whole.subarray(0, length));
    await assert.rejects(loadFromDisk(folder), FinetuneError);
  }
  await writeSafetensors(file, tensors);
  await assert.rejects(loadFromDisk(folder), DatasetError);
  await assert.rejects(
    Dataset.fromDict({ f: [() => 1] }).saveToDisk(place()),
    /Column "f", row 0: a function cannot be saved/,
  );
});

test("CSV and JSON, written and read again", async () => {
  const dataset = Dataset.fromDict({
    s: ['a, "b"\n', "c", "é"],
    n: [1, 2, 3],
    x: [0.5, 1, 2],
    ids: [[1], [], [2, 3]],
  });
  const csv = place(".csv");
  await dataset.removeColumns("ids").toCsv(csv);
  assert.equal(readFileSync(csv, "utf8"), 's,n,x\n"a, ""b""\n",1,0.5\nc,2,1.0\né,3,2.0\n');
  assert.deepEqual(
    [...(await loadDataset<never>(csv, { split: "train" }))],
    [...dataset.removeColumns("ids")],
  );
  for (const lines of [true, false]) {
    const json = place(lines ? ".jsonl" : ".json");
    await dataset.toJson(json, { lines });
    assert.deepEqual([...(await loadDataset<never>(json, { split: "train" }))], [...dataset]);
  }
  const tabs = place(".tsv");
  await dataset.selectColumns(["n", "x"]).toCsv(tabs, { delimiter: "\t", header: false });
  assert.equal(readFileSync(tabs, "utf8"), "1\t0.5\n2\t1.0\n3\t2.0\n");
  await assert.rejects(dataset.toCsv(tabs, { delimiter: "::" }), /must be one ASCII character/);
  const wide = Dataset.fromDict({ n: [1234567890123456789n], in: [{ a: [9007199254740993n] }] });
  const exact = place();
  await wide.toJson(exact);
  assert.equal(readFileSync(exact, "utf8"), '{"n":1234567890123456789,"in":{"a":[9007199254740993]}}\n');
});
