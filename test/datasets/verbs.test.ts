import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { inspect } from "node:util";
import { DatasetError } from "../../lib/src/errors";
import { concatenateDatasets } from "../../lib/src/datasets/concatenate-datasets";
import { Dataset } from "../../lib/src/datasets/dataset";
import { ClassLabel, Features, type FeatureType, List, Value } from "../../lib/src/datasets/features";
import type { Row } from "../../lib/src/datasets/rows";

// Results of Hugging Face's verbs are those of `datasets` 5.0.1 for Python, called with the same values.

test("sort: by code points, reversed, null at the end or start, by several columns, stable", () => {
  const texts = Dataset.fromDict({ s: ["b", "a", "é", "Z", "😀", "\uffff"] });
  assert.deepEqual(texts.sort("s").column("s"), ["Z", "a", "b", "é", "\uffff", "😀"]);
  const gaps = Dataset.fromDict({ n: [2, null, 1, 3] });
  assert.deepEqual(gaps.sort("n", { reverse: true }).column("n"), [3, 2, 1, null]);
  assert.deepEqual(gaps.sort("n", { nullPlacement: "at_start" }).column("n"), [null, 1, 2, 3]);
  const pairs = Dataset.fromDict({ a: [1, 0, 1, 0], b: ["x", "x", "y", "y"], i: [0, 1, 2, 3] });
  assert.deepEqual(pairs.sort(["a", "b"], { reverse: [false, true] }).column("i"), [3, 1, 2, 0]);
  assert.deepEqual(pairs.sort("a").column("i"), [1, 3, 0, 2]);
  assert.throws(() => Dataset.fromDict({ l: [[1], [2]] }).sort("l"), /lists and objects have no order/);
  assert.throws(() => pairs.sort("a", { reverse: [true, false] }), /2 values of reverse for 1 columns/);
});

test("trainTestSplit: the sizes that Python has", () => {
  const cases: [number, { testSize?: number; trainSize?: number }, [number, number]][] = [
    [3, {}, [2, 1]],
    [3, { testSize: 0.2 }, [2, 1]],
    [3, { trainSize: 0.5 }, [1, 2]],
    [3, { trainSize: 0.5, testSize: 0.3 }, [1, 1]],
    [10, {}, [7, 3]],
    [16, { testSize: 1 }, [15, 1]],
    [101, {}, [75, 26]],
    [101, { testSize: 0.2 }, [80, 21]],
    [101, { trainSize: 0.5 }, [50, 51]],
    [101, { trainSize: 0.5, testSize: 0.3 }, [50, 31]],
  ];
  for (const [rows, sizes, expected] of cases) {
    const a = Array.from({ length: rows }, (_, i) => i);
    const split = Dataset.fromDict({ a }).trainTestSplit({ ...sizes, seed: 1 });
    assert.deepEqual([split.train.length, split.test.length], expected, JSON.stringify([rows, sizes]));
    const both = [...split.train.column("a"), ...split.test.column("a")];
    assert.equal(new Set(both).size, both.length, "no row is in both");
  }
  const five = Dataset.fromDict({ a: [0, 1, 2, 3, 4] });
  const inOrder = five.trainTestSplit({ testSize: 2, shuffle: false });
  assert.deepEqual(
    [inOrder.train.column("a"), inOrder.test.column("a")],
    [
      [0, 1, 2],
      [3, 4],
    ],
  );
  const again = () => five.trainTestSplit({ seed: 7 }).train.column("a");
  assert.deepEqual(again(), again());
  assert.throws(() => five.trainTestSplit({ testSize: 5 }), /testSize is 5/);
  assert.throws(() => five.trainTestSplit({ testSize: 4, trainSize: 2 }), /more than the 5/);
  assert.throws(() => Dataset.fromDict({ a: [1] }).trainTestSplit(), /none is left for training/);
});

test("trainTestSplit, stratified: the classes that Python has in each split", () => {
  const label = [...Array<number>(60).fill(0), ...Array<number>(29).fill(1), ...Array<number>(11).fill(2)];
  const dataset = Dataset.fromDict({ label }).castColumn("label", new ClassLabel({ names: ["x", "y", "z"] }));
  const counts = (labels: number[]) => [0, 1, 2].map((each) => labels.filter((one) => one === each).length);
  const cases = [
    [{ testSize: 0.25 }, [45, 22, 8], [15, 7, 3]],
    [{ testSize: 10 }, [54, 26, 10], [6, 3, 1]],
    [{ testSize: 0.33, trainSize: 0.4 }, [24, 12, 4], [20, 9, 4]],
  ] as const;
  for (const [sizes, train, test] of cases) {
    const split = dataset.trainTestSplit({ ...sizes, stratifyByColumn: "label", seed: 3 });
    assert.deepEqual(counts(split.train.column("label")), train);
    assert.deepEqual(counts(split.test.column("label")), test);
  }
  assert.throws(
    () => Dataset.fromDict({ label }).trainTestSplit({ stratifyByColumn: "label" }),
    /needs a column of classes/,
  );
});

test("unique, take, skip, addColumn, selectColumns, renameColumns", () => {
  const dataset = Dataset.fromDict({ s: ["b", "a", "b"], n: [1, null, 1], l: [[1, 2], [3], [1, 2]] });
  assert.deepEqual(dataset.unique("s"), ["b", "a"]);
  assert.deepEqual(dataset.unique("n"), [1, null]);
  assert.deepEqual(
    dataset.unique("l").map((list) => Array.from(list)),
    [[1, 2], [3]],
  );
  assert.deepEqual(dataset.take(2).column("s"), ["b", "a"]);
  assert.deepEqual(dataset.skip(2).column("s"), ["b"]);
  assert.throws(() => dataset.take(-1), /take: -1 is no number of rows/);
  const wider = dataset.addColumn("k", [0, 1, 0], new ClassLabel({ names: ["no", "yes"] }));
  assert.deepEqual(wider.columnNames, ["s", "n", "l", "k"]);
  assert.equal(inspect(wider.features.get("k")), "ClassLabel(names=['no', 'yes'])");
  assert.throws(() => wider.addColumn("k", [1, 2, 3]), /there is a column "k" already/);
  assert.throws(() => wider.addColumn("z", [1]), /1 values for 3 rows/);
  assert.deepEqual(wider.selectColumns(["k", "s"]).columnNames, ["k", "s"]);
  assert.deepEqual(wider.renameColumns({ s: "n", n: "s" }).columnNames, ["n", "s", "l", "k"]);
  assert.throws(() => wider.renameColumns({ s: "l" }), /cannot be renamed "l"/);
  assert.throws(
    () => wider.selectColumns("gone" as never),
    /There is no column "gone". Columns: \['s', 'n', 'l', 'k'\]/,
  );
});

test("castColumn: numbers, text, classes; null stays null", () => {
  const dataset = Dataset.fromDict({
    n: [1, 0, 1],
    t: ["2", "3", "4"],
    s: ["no", "yes", "no"],
    g: [1, null, 0],
  });
  assert.deepEqual(dataset.castColumn("n", new Value("string")).column("n"), ["1", "0", "1"]);
  assert.deepEqual(dataset.castColumn("t", new Value("int32")).column("t"), [2, 3, 4]);
  assert.deepEqual(dataset.castColumn("n", new Value("bool")).column("n"), [true, false, true]);
  const label = new ClassLabel({ names: ["no", "yes"] });
  assert.deepEqual(dataset.castColumn("s", label).column("s"), [0, 1, 0]);
  assert.deepEqual(dataset.castColumn("g", label).column("g"), [1, null, 0]);
  assert.throws(() => dataset.castColumn("t", label), /Column "t", row 0: 2 is not one of the classes/);
  assert.throws(
    () => dataset.castColumn("s", new Value("float32")),
    /Column "s", row 0: "no" is not a number/,
  );
  const typed = dataset.cast(
    new Features({ n: new Value("float32"), t: new Value("string"), s: label, g: new Value("int32") }),
  );
  assert.match(String(typed.features), /'n': Value\('float32'\).*'s': ClassLabel/);
});

test("classEncodeColumn names classes as Python does", () => {
  const encode = (values: unknown[], options = {}) => {
    const encoded = Dataset.fromDict({ s: values }).classEncodeColumn("s", options);
    return [(encoded.features.get("s") as ClassLabel).names, encoded.column("s")];
  };
  assert.deepEqual(encode(["b", "a", null, "b"]), [
    ["a", "b"],
    [1, 0, null, 1],
  ]);
  assert.deepEqual(encode(["b", null], { includeNulls: true }), [
    ["None", "b"],
    [1, 0],
  ]);
  assert.deepEqual(encode([2, 1, 10]), [
    ["1", "10", "2"],
    [2, 0, 1],
  ]);
  assert.deepEqual(encode([1, 0.5]), [
    ["0.5", "1.0"],
    [1, 0],
  ]);
  assert.deepEqual(encode([true, false]), [
    ["False", "True"],
    [1, 0],
  ]);
});

test("concatenateDatasets: rows of the same columns, columns of the same rows", () => {
  const one = Dataset.fromDict({ s: ["a"], n: [1] });
  const two = Dataset.fromDict({ n: [2, 3], s: ["b", "c"] });
  assert.deepEqual(
    [...concatenateDatasets<{ s: string; n: number }>([one, two])],
    [
      { s: "a", n: 1 },
      { s: "b", n: 2 },
      { s: "c", n: 3 },
    ],
  );
  const nothing = Dataset.fromDict<{ s: string; n: number }>({ s: ["z"], n: [null] as never });
  assert.deepEqual(concatenateDatasets([one, nothing]).column("n"), [1, null]);
  assert.throws(
    () => concatenateDatasets<never>([one as never, Dataset.fromDict({ s: [1], n: [1] }) as never]),
    /Column "s" is Value\('string'\) in dataset 0, but Value\('int32'\) in dataset 1/,
  );
  const sides = concatenateDatasets([one, Dataset.fromDict({ k: [9] })], { axis: 1 });
  assert.deepEqual(sides.at(0), { s: "a", n: 1, k: 9 });
  assert.throws(() => concatenateDatasets([one, one], { axis: 1 }), /Two datasets have a column "s"/);
});

test("filter with batches, iter without the last batch", async () => {
  const dataset = Dataset.fromDict({ n: [0, 1, 2, 3, 4] });
  const sizes: number[] = [];
  const even = await dataset.filter(
    ({ n }) => {
      sizes.push(n.length);
      return n.map((each) => each % 2 === 0);
    },
    { batched: true, batchSize: 2 },
  );
  assert.deepEqual(
    [even.column("n"), sizes],
    [
      [0, 2, 4],
      [2, 2, 1],
    ],
  );
  await assert.rejects(
    dataset.filter(() => [true], { batched: true }),
    /returned 1 values for 5 rows/,
  );
  const batches = [...dataset.iter({ batchSize: 2, dropLastBatch: true })];
  assert.deepEqual(
    batches.map(({ n }) => n),
    [
      [0, 1],
      [2, 3],
    ],
  );
});

test("withFormat: plain arrays, some columns; verbs keep it, hidden columns stay", async () => {
  const dataset = Dataset.fromDict({ ids: [[1, 2], [3]], s: ["a", "b"] });
  assert.ok(dataset.at(0).ids instanceof Int32Array);
  const plain = dataset.withFormat("plain", { columns: ["ids"] });
  assert.deepEqual(plain.at(0), { ids: [1, 2] });
  assert.deepEqual(plain.shuffle({ seed: 1 }).format, { type: "plain", columns: ["ids"] });
  assert.deepEqual(plain.columnNames, ["ids", "s"]);
  const seen: string[][] = [];
  const mapped = await plain.map((row) => {
    seen.push(Object.keys(row));
    return { size: row.ids.length };
  });
  assert.deepEqual(seen, [["ids"], ["ids"]]);
  assert.deepEqual(mapped.withFormat().column("s"), ["a", "b"]);
  assert.throws(() => dataset.withFormat("torch" as never), /no format "torch"/);
});

test("to a data frame and back", () => {
  const dataset = Dataset.fromDict({ s: ["a", "b"], n: [1, 2], x: [0.5, 1.5] });
  const again = Dataset.fromDataFrame(dataset.toDataFrame());
  assert.deepEqual([...again], [...dataset]);
});

test("castColumn refuses what a type does not hold, and names the row, nulls before it or not", () => {
  const dataset = Dataset.fromDict({
    f: [null, 1.5, 2],
    big: [null, 300, 2 ** 40],
    ids: [[1, 2], [], [3]],
    ok: [true, null, false],
    wide: [2n ** 63n - 1n, 1, 2],
    text: ["9007199254740993", "-1", " 7"],
  });
  const cast = (name: "f" | "big" | "ids" | "ok" | "wide" | "text", to: FeatureType) =>
    dataset.castColumn(name, to).column(name);
  assert.throws(() => cast("f", new Value("int64")), /Column "f", row 1: 1.5 is not a number of type int64/);
  assert.throws(
    () => cast("big", new Value("int8")),
    /Column "big", row 1: 300 is not a number of type int8/,
  );
  assert.throws(() => cast("big", new Value("uint32")), /Column "big", row 2: 1099511627776 is not/);
  assert.deepEqual(cast("big", new Value("int64")), [null, 300, 2 ** 40]);
  assert.throws(() => cast("text", new Value("uint64")), /Column "text", row 1: -1 is not/);
  assert.deepEqual(cast("text", new Value("int64")), [9007199254740993n, -1, 7]);
  assert.throws(() => cast("wide", new Value("int32")), /Column "wide", row 0: 9223372036854775807 is not/);
  assert.deepEqual(cast("wide", new Value("uint64")), [2n ** 63n - 1n, 1, 2]);
  assert.deepEqual(cast("ok", new Value("string")), ["true", null, "false"]);
  assert.deepEqual(cast("ids", new List(new Value("string"))), [["1", "2"], [], ["3"]]);
  assert.throws(
    () => cast("ids", new List(new ClassLabel({ names: ["a", "b"] }))),
    /row 0: \[1,2\] is not of type List/,
  );
  assert.throws(
    () => cast("ids", new List(new Value("int32"), 2)),
    /row 1: \[\] is not of type List.*length=2/,
  );
  const floats = dataset.castColumn("ids", new List(new Value("float32")));
  assert.ok((floats[0]?.ids as unknown) instanceof Float32Array);
  assert.throws(
    () => Dataset.fromDict({ b: [1] }, new Features({ b: new Value("bool") })),
    /1 is not true or false/,
  );
  const label = new Features({ label: new ClassLabel({ names: ["x", "y"] }) });
  assert.deepEqual(Dataset.fromDict({ label: ["y", null] }, label).column("label"), [1, null]);
});

test("concatenateDatasets: a column that one of them lacks is null there", () => {
  const one = Dataset.fromDict({ s: ["a"], n: [1] });
  const two = Dataset.fromDict({ s: ["b"], ids: [[1, 2]] });
  const all = concatenateDatasets([one as Dataset<Row>, two as Dataset<Row>]).withFormat("plain");
  assert.deepEqual(
    [...all],
    [
      { s: "a", n: 1, ids: null },
      { s: "b", n: null, ids: [1, 2] },
    ],
  );
  assert.equal(
    String(all.features),
    "{'s': Value('string'), 'n': Value('int32'), 'ids': List(Value('int32'))}",
  );
});

test("toCsv: whole numbers among fractions are fractions when they are read again", async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "verbs-")), "scores.csv");
  const scores = new Features({ score: new Value("float32") });
  await Dataset.fromDict({ score: [5, -2, 1e10] }, scores).toCsv(file);
  assert.equal(readFileSync(file, "utf8"), "score\n5.0\n-2.0\n10000000000.0\n");
  rmSync(path.dirname(file), { recursive: true });
});

test("repeat, and shard: parts of equal size, side by side or every so many", () => {
  const dataset = Dataset.fromDict({ n: [0, 1, 2, 3, 4, 5, 6] });
  assert.deepEqual(dataset.take(2).repeat(2).column("n"), [0, 1, 0, 1]);
  assert.equal(dataset.repeat(0).length, 0);
  assert.equal(dataset.take(0).repeat(3).length, 0);
  const parts = (contiguous?: boolean) =>
    [0, 1, 2].map((index) => dataset.shard({ numShards: 3, index, contiguous }).column("n"));
  assert.deepEqual(parts(), [
    [0, 1, 2],
    [3, 4],
    [5, 6],
  ]);
  assert.deepEqual(parts(false), [
    [0, 3, 6],
    [1, 4],
    [2, 5],
  ]);
  assert.throws(() => dataset.shard({ numShards: 3, index: 3 }), /there is no part 3 of 3/);
  assert.throws(() => dataset.repeat(-1), DatasetError);
});

test("flatten: a column for each field, of objects in objects too; null where there was no object", () => {
  const rows = [
    { id: 1, a: { b: { c: 1 }, d: ["x"] } },
    { id: 2, a: null },
  ];
  const flat = Dataset.fromList(rows).flatten();
  assert.deepEqual(flat.columnNames, ["id", "a.b.c", "a.d"]);
  assert.deepEqual(
    [...flat.withFormat("plain")],
    [
      { id: 1, "a.b.c": 1, "a.d": ["x"] },
      { id: 2, "a.b.c": null, "a.d": null },
    ],
  );
  assert.equal(
    String(flat.features),
    "{'id': Value('int32'), 'a.b.c': Value('int32'), 'a.d': List(Value('string'))}",
  );
});
