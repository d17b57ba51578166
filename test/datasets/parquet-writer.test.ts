import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { Dataset } from "../../lib/src/datasets/dataset";
import { ClassLabel, Features, List, Value } from "../../lib/src/datasets/features";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import type { Row } from "../../lib/src/datasets/rows";
import { DatasetError } from "../../lib/src/errors";
import { everyType } from "./every-type";

const folder = mkdtempSync(path.join(tmpdir(), "finetune-parquet-"));
after(() => rmSync(folder, { recursive: true }));
let places = 0;
const place = () => path.join(folder, `${places++}.parquet`);

/** Written and read again. */
async function again(dataset: Dataset): Promise<Dataset> {
  const file = place();
  await dataset.toParquet(file);
  return loadDataset<Row>(file, { split: "train" });
}

function assertEqual(actual: Dataset, expected: Dataset): void {
  assert.equal(String(actual.features), String(expected.features));
  assert.deepEqual([...actual.withFormat("plain")], [...expected.withFormat("plain")]);
}

test("every type is read as it was written", async () => {
  const dataset = everyType(50);
  assertEqual(await again(dataset), dataset);
});

test("names of classes survive, labels that are hidden too", async () => {
  const label = new ClassLabel({ names: ["negative", "positive"] });
  const dataset = Dataset.fromDict<Row>({ label: [0, 1, -1] }, new Features({ label }));
  const read = await again(dataset);
  assertEqual(read, dataset);
  assert.equal((read.features.get("label") as ClassLabel).int2str(1), "positive");
});

test("GLUE's own parquet files come out as they went in", async () => {
  const { train } = await loadDataset<Row>(path.join(__dirname, "../fixtures/datasets/glue"), "sst2");
  assertEqual(await again(train), train);
});

test("more rows than a row group has, in another order, and columns that are shown only", async () => {
  const ids = Array.from({ length: 25_001 }, (_, i) => Int32Array.from({ length: i % 5 }, (_, at) => i + at));
  const dataset = Dataset.fromDict<Row>({
    i: ids.map((_, i) => i),
    same: ids.map(() => 1),
    text: ids.map((_, i) => `é ${i % 7}`),
    ids,
  })
    .shuffle({ seed: 3 })
    .withFormat("typed", { columns: ["ids", "text", "same"] });
  const read = await again(dataset);
  assert.deepEqual(read.columnNames, ["ids", "text", "same"]);
  assertEqual(read, dataset.selectColumns(["ids", "text", "same"]));
});

test("a million equal numbers are not taken for a bomb", async () => {
  const read = await again(Dataset.fromDict<Row>({ one: new Array<number>(1_000_000).fill(1) }));
  assert.equal(read.length, 1_000_000);
});

test("a dataset without rows keeps its columns", async () => {
  const dataset = everyType(3).slice(0, 0);
  const read = await again(dataset);
  assert.equal(read.length, 0);
  assert.equal(String(read.features), String(dataset.features));
});

test("a value that does not fit is named, and the file stays as it was", async () => {
  const file = place();
  writeFileSync(file, "before");
  const write = (values: unknown[], feature?: Value | List) => {
    const dataset = Dataset.fromDict<Row>({ a: values });
    return (
      feature === undefined
        ? dataset
        : new Dataset(dataset.table.with("a", dataset.table.column("a"), feature))
    ).toParquet(file);
  };
  assert.throws(
    () => write([null, 1, "x"]),
    (error) =>
      error instanceof DatasetError &&
      /Column "a": row 1 is Value\('int32'\) and row 2 is Value\('string'\)/.test(error.message),
  );
  await assert.rejects(write([10n ** 20n]), /row 0: 100000000000000000000 is no value of type int64/);
  await assert.rejects(write([1, 300], new Value("uint8")), /row 1: 300 is no value of type uint8/);
  await assert.rejects(write([0.5], new Value("int32")), /row 0: 0.5 is no value of type int32/);
  await assert.rejects(write(["\ud800"]), /row 0: .* is no value of type string/);
  await assert.rejects(
    write([[1, 2], [3]], new List(new Value("int32"), 2)),
    /row 1: a list of 1 is none of length 2/,
  );
  await assert.rejects(
    write([1], new Value("decimal128(3, 1)")),
    /"a" is .*decimal128.* not written to parquet/,
  );
  assert.equal(readFileSync(file, "utf8"), "before");
  assert.deepEqual(
    readdirSync(folder).filter((name) => !name.endsWith(".parquet")),
    [],
  );
  assert.ok(existsSync(file));
});
