import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { loadDataset } from "../../lib/src/datasets/load-dataset";

const scratch = mkdtempSync(path.join(tmpdir(), "finetune-cards-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** A folder with a card, whose head is given, and files. */
function withCard(head: string, files: Record<string, string>): string {
  const folder = mkdtempSync(path.join(scratch, "set-"));
  writeFileSync(path.join(folder, "README.md"), `---\n${head}\n---\n# A dataset\n`);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

async function read(head: string, files: Record<string, string>, options: { sep?: string } = {}) {
  const dataset = await loadDataset<Record<string, unknown>>(withCard(head, files), {
    split: "train",
    ...options,
  });
  return { features: String(dataset.features), rows: [...dataset] };
}

const refuses = (head: string, files: Record<string, string>, message: RegExp) =>
  assert.rejects(read(head, files), { name: "DatasetError", message });

test("the separator of a configuration, unless the caller names another", async () => {
  const head = 'configs:\n- config_name: default\n  data_files: t.csv\n  sep: ";"';
  const files = { "t.csv": "text;label\ngood;1\n" };
  assert.deepEqual((await read(head, files)).rows, [{ text: "good", label: 1 }]);
  assert.deepEqual((await read(head, files, { sep: "," })).rows, [{ "text;label": "good;1" }]);
});

test("names of columns, and lines before the first", async () => {
  const head = "configs:\n- config_name: default\n  data_files: t.csv\n  names: [text, label]\n  skiprows: 1";
  const { rows } = await read(head, { "t.csv": "made by hand\ngood,1\nbad,0\n" });
  assert.deepEqual(rows, [
    { text: "good", label: 1 },
    { text: "bad", label: 0 },
  ]);
  const none = await read("configs:\n- data_files: t.csv\n  header: null", { "t.csv": "good,1\n" });
  assert.deepEqual(none.rows, [{ 0: "good", 1: 1 }]);
});

test("what the columns hold (dataset_info)", async () => {
  const label =
    "  - name: label\n    dtype:\n      class_label:\n        names:\n          '0': negative\n          '1': positive";
  const text = "dataset_info:\n  features:\n  - name: id\n    dtype: string\n";
  const { features, rows } = await read(text + label, { "t.csv": "id,label\n007,1\n" });
  assert.equal(features, "{'id': Value('string'), 'label': ClassLabel(names=['negative', 'positive'])}");
  assert.deepEqual(rows, [{ id: "007", label: 1 }]);
  const nested =
    "dataset_info:\n- config_name: default\n  features:\n  - name: a\n    sequence: int32\n  - name: b\n    struct:\n    - name: c\n      dtype: float64\n  - name: d\n    list:\n    - name: e\n      dtype: string";
  const json = await read(nested, { "t.jsonl": '{"a":[1],"b":{"c":1},"d":[{"e":"x"}]}\n' });
  assert.equal(
    json.features,
    "{'a': List(Value('int32')), 'b': {'c': Value('float64')}, 'd': List({'e': Value('string')})}",
  );
});

test("flow mappings, comments after quoted texts, anchors", async () => {
  const flow = "configs:\n- {config_name: default, data_files: [{split: train, path: a.csv}]}";
  assert.deepEqual((await read(flow, { "a.csv": "x\n1\n", "b.csv": "x\n2\n" })).rows, [{ x: 1 }]);
  const comment =
    "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: 'a.csv' # the only one";
  assert.deepEqual((await read(comment, { "a.csv": "x\n1\n", "b.csv": "x\n2\n" })).rows, [{ x: 1 }]);
  const anchor = "base: &base\n  sep: ;\nconfigs:\n- <<: *base\n  data_files: a.csv";
  assert.deepEqual((await read(anchor, { "a.csv": "x;y\n1;2\n" })).rows, [{ x: 1, y: 2 }]);
});

test("splits and configurations that are called like properties of objects", async () => {
  const head =
    "configs:\n- config_name: __proto__\n  data_files:\n  - {split: constructor, path: a.csv}\n  - {split: __proto__, path: b.csv}";
  const dict = await loadDataset(withCard(head, { "a.csv": "x\n1\n", "b.csv": "x\n2\n" }), "__proto__");
  assert.deepEqual(dict.splitNames, ["constructor", "__proto__"]);
  assert.deepEqual([...dict.split("__proto__")], [{ x: 2 }]);
  const mapped = await dict.map(() => ({ y: 1 }));
  assert.deepEqual([...mapped.split("__proto__")], [{ x: 2, y: 1 }]);
  await assert.rejects(
    loadDataset(withCard("a: 1", { "a.csv": "x\n1\n" }), "toString"),
    /no configuration "toString"/,
  );
});

test("what a card says wrongly is an error with the card's name", async () => {
  const files = { "a.csv": "x\n1\n" };
  await refuses(
    "configs:\n- data_files: a.csv\n  delimter: ;",
    files,
    /README\.md: .*"delimter".*Did its author mean delimiter/,
  );
  await refuses("configs:\n- data_files: a.csv\n  encoding: latin-1", files, /"encoding".*UTF-8/);
  await refuses("configs:\n- data_files: a.csv\n  skiprows: all", files, /"skiprows".*is no number/);
  await refuses("configs: [", files, /README\.md: its head is no YAML/);
  await refuses("dataset_info:\n  features:\n  - dtype: string", files, /README\.md: a feature has no name/);
  await refuses(
    "dataset_info:\n  features:\n  - name: x\n    dtype:\n      class_label:\n        names:\n          '1': a",
    files,
    /"x": its classes are not numbered/,
  );
});

test("a folder with files of two formats names both", async () => {
  await refuses(
    "a: 1",
    { "a.csv": "x\n1\n", "b.jsonl": '{"x":1}\n' },
    /two formats: csv \(.*a\.csv.*json \(.*b\.jsonl.*dataFiles/,
  );
});

test("a pattern takes time linear in the paths", async () => {
  const pattern = `${"**/*".repeat(30)}.csv`;
  const deep = `${"a/".repeat(60)}b.txt`;
  await refuses(`configs:\n- data_files: "${pattern}"`, { [deep]: "", "x.csv": "x\n1\n" }, /has no file/);
  await refuses('configs:\n- data_files: "[z-a].csv"', { "x.csv": "x\n1\n" }, /no pattern of paths/);
});
