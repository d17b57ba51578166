import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { Dataset } from "../../lib/src/datasets/dataset";
import { ClassLabel } from "../../lib/src/datasets/features";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import { warningsOf } from "../models/tiny-bert";

const FIXTURES = path.join(__dirname, "../fixtures/datasets/parquet-kinds");
const scratch = mkdtempSync(path.join(tmpdir(), "finetune-parquet-kinds-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

type Rows = Record<string, unknown>[];
const expected = JSON.parse(readFileSync(path.join(FIXTURES, "expected.json"), "utf8")) as Record<
  string,
  Rows
>;

const load = (name: string) =>
  loadDataset<Record<string, unknown>>(path.join(FIXTURES, `${name}.parquet`), { split: "train" });

const plain = (cell: unknown): unknown => {
  if (ArrayBuffer.isView(cell)) return Array.from(cell as unknown as ArrayLike<number>);
  if (Array.isArray(cell)) return cell.map(plain);
  if (typeof cell !== "object" || cell === null) return cell;
  return Object.fromEntries(Object.entries(cell).map(([name, each]) => [name, plain(each)]));
};

for (const name of Object.keys(expected)) {
  test(`${name}.parquet is what pyarrow reads`, async () => {
    await warningsOf(async () => {
      const rows = [...(await load(name))];
      assert.deepEqual(rows.map(plain), expected[name]);
    });
  });
}

test("one column of an unknown kind leaves the others readable, and is told", async () => {
  const warnings = await warningsOf(async () => {
    const dataset = await load("unknown-features");
    assert.deepEqual(dataset.columnNames, ["text", "meta", "image"]);
    assert.deepEqual(dataset.column("meta"), ['{"k":1}', '{"k":"one"}']);
  });
  assert.equal(warnings.length, 2);
  assert.match(warnings[0]!, /column "meta" is a "Json".*read as it is stored/);
});

test("an old Sequence of an object is an object of lists, and can be written", async () => {
  const dataset = await load("sequence-of-dict");
  const features =
    "{'id': Value('string'), 'answers': {'text': List(Value('string')), 'start': List(Value('int32'))}}";
  assert.equal(String(dataset.features), features);
  const file = path.join(scratch, "again.parquet");
  await dataset.toParquet(file);
  const again = await loadDataset<Record<string, unknown>>(file, { split: "train" });
  assert.equal(String(again.features), features);
  assert.deepEqual([...again].map(plain), [...dataset].map(plain));
});

test("labels that the loss leaves out are labels, and keep the names", async () => {
  const dataset = await load("ignored-labels");
  assert.ok(dataset.features.get("label") instanceof ClassLabel);
  assert.deepEqual(dataset.column("label"), [0, -100, 1]);
});

test("no rows are a table with all of its columns", async () => {
  const dataset = await load("empty");
  assert.deepEqual([dataset.length, dataset.columnNames], [0, ["text", "flag", "n"]]);
});

test("a file of 20,000 columns is read", async () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `c${i}`);
  const wide = Dataset.fromDict(Object.fromEntries(names.map((name, i) => [name, [i, -i]])));
  const file = path.join(scratch, "wide.parquet");
  await wide.toParquet(file);
  const dataset = await loadDataset<Record<string, unknown>>(file, { split: "train" });
  assert.equal(dataset.numColumns, 20_000);
  assert.deepEqual([dataset[0]!.c7, dataset[1]!.c19999], [7, -19999]);
});
