import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { Dataset } from "../../lib/src/datasets/dataset";
import { Features, List, Value } from "../../lib/src/datasets/features";
import { parseExactJson } from "../../lib/src/datasets/formats/exact-json";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import { DatasetError } from "../../lib/src/errors";

const root = mkdtempSync(path.join(tmpdir(), "json-"));
after(() => rmSync(root, { recursive: true }));
let made = 0;

type Loaded = Dataset<Record<string, unknown>>;

/** Writes files into a folder and loads it. */
async function load(files: Record<string, string>, options: object = {}): Promise<Loaded> {
  const folder = path.join(root, String(made++));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
  return await loadDataset<Record<string, unknown>>(folder, { split: "train", ...options });
}

const kinds = ({ features }: Loaded) => String(features);

/** Written as parquet and as JSON, a dataset is the same when it is read again. */
async function survives(dataset: Loaded): Promise<void> {
  for (const kind of ["parquet", "jsonl"] as const) {
    const file = path.join(root, `${made++}.${kind}`);
    await (kind === "parquet" ? dataset.toParquet(file) : dataset.toJson(file));
    const again = await loadDataset<Record<string, unknown>>(file, { split: "train" });
    assert.deepEqual([...again], [...dataset], kind);
  }
}

test("integers are exact, whatever their size, and stay integers in every file", async () => {
  const dataset = await load({
    "a.jsonl":
      '{"id": 1234567890123456789, "t": 1700000000000, "in": [{"n": 9007199254740993}]}\n{"id": 3, "t": 1, "in": []}\n',
  });
  assert.equal(
    kinds(dataset),
    "{'id': Value('int64'), 't': Value('int64'), 'in': List({'n': Value('int64')})}",
  );
  assert.deepEqual(dataset.column("id"), [1234567890123456789n, 3]);
  assert.deepEqual(dataset[0]!.in, [{ n: 9007199254740993n }]);
  await survives(dataset);
  const csv = path.join(root, "ids.csv");
  await dataset.selectColumns(["id", "t"] as never).toCsv(csv);
  assert.equal(readFileSync(csv, "utf8"), "id,t\n1234567890123456789,1700000000000\n3,1\n");
});

test("a whole number that is written as a fraction is one", async () => {
  assert.equal(kinds(await load({ "a.jsonl": '{"x": 1.0}\n{"x": 2}\n' })), "{'x': Value('float64')}");
  assert.equal(kinds(await load({ "a.jsonl": '{"x": [1e2, 5]}\n' })), "{'x': List(Value('float64'))}");
  assert.deepEqual((await load({ "a.jsonl": '{"x": {"y": 1.0}}\n' }))[0], { x: { y: 1 } });
});

test("the type of a column comes from all of its values, and of all files", async () => {
  const typed = async (...values: string[]) =>
    kinds(await load({ "a.jsonl": values.map((x) => `{"x": ${x}}\n`).join("") }));
  assert.equal(await typed("null", "1", "0.5"), "{'x': Value('float64')}");
  assert.equal(await typed("[]", '["a"]', "[null]"), "{'x': List(Value('string'))}");
  assert.equal(
    await typed('{"a": null}', '{"a": "t"}', '{"b": 1}'),
    "{'x': {'a': Value('string'), 'b': Value('int64')}}",
  );
  assert.equal(await typed("null", "null"), "{'x': Value('null')}");
  for (const rows of [
    ['{"a": 1}', '{"a": 2, "b": "kept"}'],
    ["[]", "[[1], null]"],
    ["null", "true"],
  ]) {
    await survives(await load({ "a.jsonl": rows.map((x) => `{"x": ${x}}\n`).join("") }));
  }
  const shards = await load({
    "a.jsonl": '{"x": 3000000000}\n',
    "b.jsonl": '{"x": 1}\n',
    "c.jsonl": '{"x": 0.5}\n',
  });
  assert.equal(kinds(shards), "{'x': Value('float64')}");
  assert.deepEqual(shards.column("x"), [3000000000, 1, 0.5]);
});

test("a key that appears late is null in all rows before it", async () => {
  const rows = Array.from({ length: 10_001 }, (_, i) =>
    i < 10_000 ? '{"x": {"a": 1}}' : '{"x": {"b": 2}, "y": 0.5}',
  );
  const dataset = await load({ "a.jsonl": `${rows.join("\n")}\n` });
  assert.equal(kinds(dataset), "{'x': {'a': Value('int64'), 'b': Value('int64')}, 'y': Value('float64')}");
  assert.deepEqual(dataset[0], { x: { a: 1, b: null }, y: null });
  assert.deepEqual(dataset[10_000], { x: { a: null, b: 2 }, y: 0.5 });
});

test("what is of two types is an error that names both rows", async () => {
  await assert.rejects(
    load({ "a.jsonl": '{"x": null}\n{"x": 1}\n{"x": "two"}\n' }),
    (error) =>
      error instanceof DatasetError &&
      /column "x".*row 1 is Value\('int64'\) and row 2 is Value\('string'\)/.test(error.message),
  );
  const many = Array.from({ length: 10_001 }, (_, i) => `{"x": ${i < 10_000 ? 1 : '"t"'}}\n`).join("");
  await assert.rejects(load({ "a.jsonl": many }), /column "x": holds Value\('int64'\) and Value\('string'\)/);
  assert.throws(() => Dataset.fromDict({ x: [1, "a"] }), /Column "x": row 0 is .* and row 1 is/);
  assert.throws(() => Dataset.fromDict({ x: [true, [1]] }), DatasetError);
});

test("JSON as Python writes it: NaN, infinities, one object over lines, a list of texts", async () => {
  const dataset = await load({ "a.jsonl": '{"x": NaN}\n{"x": -Infinity}\n{"x": 1.5}\n' });
  assert.deepEqual(dataset.column("x"), [NaN, -Infinity, 1.5]);
  assert.deepEqual([...(await load({ "a.json": '{\n "a": 1\n}' }))], [{ a: 1 }]);
  assert.deepEqual(
    [...(await load({ "a.json": '["good film", "bad film"]' }))],
    [{ text: "good film" }, { text: "bad film" }],
  );
  await assert.rejects(load({ "a.json": '{\n "a": 1\n' }), /a\.json, line 1 is no JSON/);
});

test("texts that look like numbers or words stay texts", () => {
  const text =
    '{"a": "NaN", "b": "1.0 and \\"2.0\\" \\\\", "NaN": [1, -2, "12345678901234567890"], "c": 1.5e-300}';
  assert.deepEqual(parseExactJson(text), JSON.parse(text));
  for (const wrong of [
    "{NaN: 1}",
    "[01]",
    "[1.]",
    "[.5]",
    "[+1.0]",
    "[- 1.0]",
    "[nan]",
    "[1.0 2.0]",
    '"1.0',
  ]) {
    assert.throws(() => parseExactJson(wrong), SyntaxError, wrong);
  }
  assert.throws(() => parseExactJson(`[${"1".repeat(500)}]`), /a number of 500 digits/);
});

test("a key called __proto__ is a column like others", async () => {
  const dataset = await load({
    "a.jsonl": '{"__proto__": 1, "constructor": "c"}\n{"__proto__": 2, "constructor": "d"}\n',
  });
  assert.deepEqual(dataset.columnNames, ["__proto__", "constructor"]);
  assert.equal(Object.getPrototypeOf(dataset[0]), Object.prototype);
  assert.equal(({} as { constructor: unknown }).constructor, Object);
});

test("features hold for JSON too", async () => {
  const features = new Features({ x: new List(new Value("float32")), id: new Value("string") });
  const dataset = await load({ "a.jsonl": '{"x": [1, 2], "id": 7}\n' }, { features });
  assert.deepEqual(
    [...dataset].map(({ x, id }) => [[...(x as number[])], id]),
    [[[1, 2], "7"]],
  );
});

test("dates have a type, and come back from parquet", async () => {
  const dataset = Dataset.fromDict({ t: [new Date(5), null] }) as unknown as Loaded;
  assert.equal(kinds(dataset), "{'t': Value('timestamp[ms]')}");
  const file = path.join(root, "dates.parquet");
  await dataset.toParquet(file);
  assert.deepEqual([...(await loadDataset<Record<string, unknown>>(file, { split: "train" }))], [...dataset]);
});
