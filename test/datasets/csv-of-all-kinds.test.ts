import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { Dataset } from "../../lib/src/datasets/dataset";
import { ClassLabel, Features, featureToString, Value } from "../../lib/src/datasets/features";
import { loadDataset, type LoadDatasetOptions } from "../../lib/src/datasets/load-dataset";
import { ConfigError, DatasetError } from "../../lib/src/errors";
import { Random } from "../checkpoints/support";

const root = mkdtempSync(path.join(tmpdir(), "csv-"));
after(() => rmSync(root, { recursive: true }));
let made = 0;

type Loaded = Dataset<Record<string, unknown>>;

/** Writes a file and loads it. */
async function load(content: string, options: LoadDatasetOptions = {}, name = "a.csv"): Promise<Loaded> {
  const folder = path.join(root, String(made++));
  mkdirSync(folder);
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return await loadDataset<Record<string, unknown>>(file, { split: "train", ...options });
}

const kinds = ({ features }: Loaded) => String(features);

test("columns keep the table's order, whatever they are called", async () => {
  const content = "text,1,0,__proto__\na,0.25,0.75,x\nb,0.5,0.5,y\n";
  const dataset = await load(content);
  assert.deepEqual(dataset.columnNames, ["text", "1", "0", "__proto__"]);
  assert.equal(Object.getOwnPropertyDescriptor(dataset[0], "__proto__")?.value, "x");
  assert.equal(Object.getPrototypeOf(dataset[0]), Object.prototype);
  const out = path.join(root, "out.csv");
  await dataset.toCsv(out);
  assert.equal(readFileSync(out, "utf8"), content);
  const json = path.join(root, "out.jsonl");
  await dataset.toJson(json);
  assert.equal(readFileSync(json, "utf8").split("\n")[0], '{"text":"a","1":0.25,"0":0.75,"__proto__":"x"}');
  const frame = dataset.removeColumns("__proto__").toDataFrame();
  assert.deepEqual(frame.columns, ["text", "1", "0"]);
});

test("lines may end with CR alone, where there is no LF", async () => {
  const dataset = await load('text,label\rgood film,1\r"two\rlines",0\r');
  assert.deepEqual(
    [...dataset],
    [
      { text: "good film", label: 1 },
      { text: "two\rlines", label: 0 },
    ],
  );
  assert.deepEqual([...(await load("text,label\r\na,1\r\nb,0"))].length, 2);
  await assert.rejects(load("text,label\ra,1\rb\r"), /a\.csv, line 3: 1 column instead of 2/);
});

test("blanks around numbers are no part of them, those of texts are", async () => {
  const dataset = await load("text, label,x\n good , 1,0.5 \nbad,0 ,\t1e2\n");
  assert.equal(kinds(dataset), "{'text': Value('string'), ' label': Value('int64'), 'x': Value('float64')}");
  assert.deepEqual(
    [...dataset],
    [
      { text: " good ", " label": 1, x: 0.5 },
      { text: "bad", " label": 0, x: 100 },
    ],
  );
  const blank = await load("a,b\n1,x\n  ,y\n");
  assert.deepEqual(blank.column("a"), ["1", "  "]);
});

test("features hold while a file is read: what is text stays as it is written", async () => {
  const text = new Value("string");
  const features = new Features({
    zip: text,
    v: text,
    f: text,
    label: new ClassLabel({ names: ["neg", "pos"] }),
  });
  const dataset = await load("zip,v,f,label\n00501,1e5,TRUE,pos\n02134,2.50,,0\n", { features });
  assert.deepEqual(
    [...dataset],
    [
      { zip: "00501", v: "1e5", f: "TRUE", label: 1 },
      { zip: "02134", v: "2.50", f: null, label: 0 },
    ],
  );
});

test("without a header, columns get the names that are given, or numbers", async () => {
  const content = "good film;1\nbad film;0\n";
  const named = await load(content, { sep: ";", columnNames: ["text", "label"] });
  assert.deepEqual(
    [...named],
    [
      { text: "good film", label: 1 },
      { text: "bad film", label: 0 },
    ],
  );
  const numbered = await load(content, { delimiter: ";", header: false });
  assert.deepEqual(numbered.columnNames, ["0", "1"]);
  assert.equal(numbered.length, 2);
  const renamed = await load(`a;b\n${content}`, { delimiter: ";", header: true, columnNames: ["x", "y"] });
  assert.deepEqual(renamed.column("x"), ["good film", "bad film"]);
  const skipped = await load(`# from somewhere\n"\na,b\n1,2\n`, { skipRows: 2 });
  assert.deepEqual([...skipped], [{ a: 1, b: 2 }]);
  await assert.rejects(load("a\n", { skipRows: 5 }), /is empty after 5 lines/);
  await assert.rejects(load("a\n", { skipRows: -1 }), /skipRows is -1/);
  await assert.rejects(load("1;2\n", { sep: ";", columnNames: ["a"] }), /2 columns instead of 1/);
  await assert.rejects(load("a", { sep: ";", delimiter: "," }), /two names of one option/);
});

test("a format that was said holds for files of any name, patterns too", async () => {
  await load("text,label\na,1\n", {}, "z.csv");
  const folder = path.join(root, "labelled");
  mkdirSync(folder);
  writeFileSync(path.join(folder, "a_labelled.txt"), "a\t1\n");
  writeFileSync(path.join(folder, "b_labelled.txt"), "b\t0\n");
  const dataset = await loadDataset<{ text: string; label: number }>("csv", {
    ...{ dataFiles: path.join(folder, "*_labelled.txt"), sep: "\t", columnNames: ["text", "label"] },
    split: "train",
  });
  assert.deepEqual(
    [...dataset],
    [
      { text: "a", label: 1 },
      { text: "b", label: 0 },
    ],
  );
});

test("an option that does not exist is refused, with the nearest one", async () => {
  await assert.rejects(
    load("a\n1\n", { delimter: ";" } as object),
    (error) =>
      error instanceof ConfigError && /no option 'delimter'.*Did you mean 'delimiter'/.test(error.message),
  );
});

test("times are written as they are read, without JSON's quotes", async () => {
  const dataset = Dataset.fromDict({
    t: [new Date("2024-01-01T12:00:00Z"), new Date(5), null],
    x: ["a", "b", "c"],
  });
  const out = path.join(root, "times.csv");
  await dataset.toCsv(out);
  assert.equal(readFileSync(out, "utf8"), "t,x\n2024-01-01 12:00:00,a\n1970-01-01 00:00:00.005,b\n,c\n");
});

test("classes: true and false, and names with blanks around them", () => {
  const label = new ClassLabel({ names: ["neg", "pos"] });
  const cast = (x: unknown[]) => Dataset.fromDict({ x }).castColumn("x", label).column("x");
  assert.deepEqual(cast([true, false]), [1, 0]);
  assert.deepEqual(cast([" pos", "neg "]), [1, 0]);
  assert.throws(() => cast(["po s"]), DatasetError);
});

test("a dataset without rows is a data frame without rows", async () => {
  const dataset = await load("a,b\n1,2\n");
  const frame = dataset.filter(() => false);
  const { shape, columns } = (await frame).toDataFrame();
  assert.deepEqual([shape[0], columns], [0, ["a", "b"]]);
});

test("fractions are the doubles that JavaScript and Python read", async () => {
  const random = new Random(7);
  const texts = Array.from({ length: 20_000 }, () => {
    const digits = 1 + random.below(16);
    const number = Array.from({ length: digits }, () => random.below(10)).join("");
    const point = random.below(digits + 1);
    return `${random.below(2) ? "-" : ""}${number.slice(0, point)}.${number.slice(point)}`;
  });
  const short = texts.filter((text) => text.replace(/\D/g, "").length <= 15);
  for (const fields of [short, texts]) {
    const dataset = await load(`x\n${fields.join("\n")}\n`);
    assert.deepEqual(dataset.column("x"), fields.map(Number));
  }
});

test("numbers and booleans in one column are text", async () => {
  for (const fields of [
    ["0", "false"],
    ["1.5", "true"],
    ["TRUE", "1"],
    ["", "0", "", "false"],
  ]) {
    const dataset = await load(`x,y\n${fields.map((field) => `${field},a`).join("\n")}\n`);
    assert.deepEqual(
      dataset.column("x"),
      fields.map((field) => field || null),
    );
  }
});

test("integers that fit no 64 bits keep every digit", async () => {
  const type = async (...fields: string[]) => {
    const dataset = await load(`x\n${fields.join("\n")}\n`);
    return [featureToString(dataset.features.get("x")!), ...dataset.column("x")];
  };
  assert.deepEqual(await type("1", "18446744073709551615"), ["Value('uint64')", 1, 18446744073709551615n]);
  assert.deepEqual(await type("-1", "18446744073709551615"), [
    "Value('string')",
    "-1",
    "18446744073709551615",
  ]);
  assert.deepEqual(await type("1", "18446744073709551616"), ["Value('string')", "1", "18446744073709551616"]);
});

test("a file whose lines end with CR may have LF within quotes", async () => {
  const dataset = await load('a,b\r1,"x\ny"\r2,z\r');
  assert.deepEqual(
    [...dataset],
    [
      { a: 1, b: "x\ny" },
      { a: 2, b: "z" },
    ],
  );
});
