import assert from "node:assert/strict";
import test from "node:test";
import { inspect } from "node:util";
import { Dataset } from "../../lib/src/datasets/dataset";
import { ClassLabel, Features, List, Value } from "../../lib/src/datasets/features";
import { DatasetError } from "../../lib/src/errors";

const reviews = () =>
  Dataset.fromDict(
    { sentence: ["good ", "déjà vu 😀", "", "bad"], label: [1, 1, 0, 0], idx: [0, 1, 2, 3] },
    new Features({
      sentence: new Value("string"),
      label: new ClassLabel({ names: ["negative", "positive"] }),
      idx: new Value("int32"),
    }),
  );

test("prints as in Python", () => {
  const printed = "Dataset({\n    features: ['sentence', 'label', 'idx'],\n    num_rows: 4\n})";
  assert.equal(String(reviews()), printed);
  assert.equal(inspect(reviews()), printed);
});

test("rows by number, from the front and from the end", () => {
  const dataset = reviews();
  assert.deepEqual(dataset[1], { sentence: "déjà vu 😀", label: 1, idx: 1 });
  assert.deepEqual(dataset[-1], dataset.at(3));
  assert.equal(dataset.length, 4);
  assert.equal(dataset.numRows, 4);
  assert.deepEqual(
    Array.from(dataset, (row) => row.idx),
    [0, 1, 2, 3],
  );
  for (const index of [4, -5]) assert.throws(() => dataset[index], /There is no row -?\d: the dataset has 4/);
  assert.throws(() => dataset.at(0.5), DatasetError);
});

test("names that are no numbers are looked up as in any class", async () => {
  const dataset = reviews();
  assert.equal("then" in dataset, false);
  assert.equal(await Promise.resolve(dataset), dataset);
  assert.equal((dataset as unknown as Record<string, unknown>)["nothing"], undefined);
  assert.ok(Object.prototype.hasOwnProperty.call(dataset, "table"));
  assert.ok(dataset instanceof Dataset && dataset instanceof Object);
});

test("slice counts as arrays do, and copies nothing", () => {
  const dataset = reviews();
  const numbers = (part: typeof dataset) => part.column("idx");
  for (const [start, end] of [
    [1, 3],
    [-2, undefined],
    [0, -1],
    [3, 1],
    [2, 99],
    [-99, 2],
  ] as const) {
    assert.deepEqual(numbers(dataset.slice(start, end)), [0, 1, 2, 3].slice(start, end), `${start}, ${end}`);
  }
  assert.deepEqual(dataset.slice(1).slice(1, 2)[0], dataset[2]);
  const lists = Dataset.fromDict({ ids: [[1, 2], [3]] });
  const [whole, part] = [lists.at(1).ids, lists.slice(1).at(0).ids] as unknown as Int32Array[];
  assert.equal(whole!.buffer, part!.buffer);
});

test("select, shuffle and filter", async () => {
  const dataset = reviews();
  assert.deepEqual(dataset.select([3, 0, -1]).column("sentence"), ["bad", "good ", "bad"]);
  assert.throws(() => dataset.select([4]), /select: there is no row 4/);
  const shuffled = dataset.shuffle({ seed: 3 });
  assert.deepEqual(shuffled.column("idx"), dataset.shuffle({ seed: 3 }).column("idx"));
  assert.deepEqual(shuffled.column("idx").sort(), [0, 1, 2, 3]);
  assert.throws(() => dataset.shuffle({ seed: 0.5 }), /not an integer/);
  assert.deepEqual((await dataset.filter(({ label }) => label === 1)).column("idx"), [0, 1]);
  assert.deepEqual(
    (await dataset.filter((_, i) => Promise.resolve(i > 2), { batchSize: 3 })).column("idx"),
    [3],
  );
  assert.equal((await dataset.filter(() => false)).length, 0);
});

test("columns: values, renaming, removing", () => {
  const dataset = reviews();
  assert.deepEqual(dataset.column("label"), [1, 1, 0, 0]);
  assert.deepEqual(dataset.renameColumn("label", "labels").columnNames, ["sentence", "labels", "idx"]);
  assert.deepEqual(dataset.removeColumns(["idx", "label"]).columnNames, ["sentence"]);
  assert.deepEqual([...dataset.removeColumns("idx").features.keys()], ["sentence", "label"]);
  assert.throws(() => dataset.removeColumns("x"), /no column "x"\. Columns: \['sentence', 'label', 'idx'\]/);
  assert.throws(() => dataset.renameColumn("idx", "label"), /there is one of this name/);
});

test("iter gives batches of columns", () => {
  const batches = [...reviews().iter({ batchSize: 3 })];
  assert.deepEqual(
    batches.map(({ idx }) => idx),
    [[0, 1, 2], [3]],
  );
  assert.throws(() => [...reviews().iter({ batchSize: 0 })], /batchSize is 0/);
});

test("types are inferred, values come back as they were", () => {
  const values = {
    integer: [1, -2],
    fraction: [0.5, 3],
    large: [2 ** 40, 1],
    text: ["a", "ü\t\n"],
    broken: ["\ud800", "x"],
    flag: [true, false],
    gap: [null, "x"],
    ids: [[1, 2], []],
    scores: [[0.5], [1]],
    nested: [[["a"]], [["b"], []]],
    object: [{ a: 1 }, { a: 2 }],
  };
  const dataset = Dataset.fromDict(values);
  const types = [
    "Value('int32')",
    "Value('float64')",
    "Value('float64')",
    "Value('string')",
    "Value('string')",
    "Value('bool')",
    "Value('string')",
    "List(Value('int32'))",
    "List(Value('float64'))",
    "List(List(Value('string')))",
    "{'a': Value('int32')}",
  ];
  const printed = Object.keys(values).map((name, i) => `'${name}': ${types[i]}`);
  assert.equal(dataset.features.toString(), `{${printed.join(", ")}}`);
  for (const [name, column] of Object.entries(values)) {
    const read = dataset.column(name as keyof typeof values) as unknown[];
    const plain = read.map((cell): unknown =>
      ArrayBuffer.isView(cell) ? Array.from(cell as Int32Array) : cell,
    );
    assert.deepEqual(plain, column, name);
  }
  assert.ok(dataset.column("ids")[0] instanceof Int32Array);
});

test("values have to fit their features and each other", () => {
  const label = new Features({ label: new ClassLabel({ names: ["no", "yes"] }) });
  assert.deepEqual(Dataset.fromDict({ label: ["yes", "no"] }, label).column("label"), [1, 0]);
  assert.deepEqual(Dataset.fromDict({ label: [-1, 1] }, label).column("label"), [-1, 1]);
  assert.throws(
    () => Dataset.fromDict({ label: [0, 2] }, label),
    /Column "label", row 1: 2 is not one of the classes/,
  );
  assert.throws(() => Dataset.fromDict({ label: ["maybe"] }, label), /row 0: "maybe"/);
  const typed = new Features({ a: new Value("int32"), b: new Value("float32"), c: new Value("string") });
  assert.throws(() => Dataset.fromDict({ a: [1.5] }, typed), /1\.5 is not a number of type int32/);
  assert.throws(() => Dataset.fromDict({ c: [1] }, typed), /1 is not text/);
  assert.deepEqual(Dataset.fromDict({ b: [1, 2] }, typed).features.get("b"), new Value("float32"));
  assert.throws(() => Dataset.fromDict({ a: [1, 2], b: [1] }), /"b" has 1 rows, but column "a" has 2/);
});

test("a dataset of rows, and an empty one", () => {
  const dataset = Dataset.fromList([
    { a: 1, ids: [1] },
    { a: 2, ids: [2, 3] },
  ]);
  assert.deepEqual(dataset.features.get("ids"), new List(new Value("int32")));
  assert.equal(dataset.length, 2);
  assert.throws(() => Dataset.fromList<Record<string, number>>([{ a: 1 }, { b: 1 }]), /Row 1 lacks "a"/);
  assert.equal(Dataset.fromList([]).toString(), "Dataset({\n    features: [],\n    num_rows: 0\n})");
});

test("a danfojs data frame, without a banner", (context) => {
  const silent = ["log", "warn", "info", "error"].map((name) => context.mock.method(console, name as "log"));
  const frame = reviews().slice(0, 2).toDataFrame();
  assert.deepEqual(frame.shape, [2, 3]);
  assert.deepEqual(frame.columns, ["sentence", "label", "idx"]);
  assert.deepEqual(frame.values, [
    ["good ", 1, 0],
    ["déjà vu 😀", 1, 1],
  ]);
  for (const { mock } of silent) assert.equal(mock.callCount(), 0);
});
