import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { ClassLabel, Features, Value } from "../../lib/src/datasets/features";
import { type LoadDatasetOptions, loadDataset } from "../../lib/src/datasets/load-dataset";
import type { Row } from "../../lib/src/datasets/rows";
import { DatasetError } from "../../lib/src/errors";

const root = mkdtempSync(path.join(tmpdir(), "formats-"));
after(() => rmSync(root, { recursive: true }));

async function load(name: string, content: string | Buffer, options: LoadDatasetOptions = {}) {
  const file = path.join(root, name);
  writeFileSync(file, content);
  return loadDataset<Row>(file, { ...options, split: "train" });
}

async function fails(name: string, content: string | Buffer, says: RegExp, options: LoadDatasetOptions = {}) {
  await assert.rejects(load(name, content, options), (error) => {
    if (!(error instanceof DatasetError)) throw error;
    assert.ok(error.message.includes(path.join(root, name)), error.message);
    assert.match(error.message, says);
    return true;
  });
}

test("CSV: types, quotes, line ends within quotes, empty fields", async () => {
  const dataset = await load(
    "a.csv",
    '\ufefftext,label,score,ok,note\r\n"a, ""b""\nc",1,0.5,True,\r\nplain,-2,1e3,false,x\r\n\r\n"",3,.25,TRUE,y',
  );
  assert.deepEqual(
    [...dataset],
    [
      { text: 'a, "b"\nc', label: 1, score: 0.5, ok: true, note: null },
      { text: "plain", label: -2, score: 1000, ok: false, note: "x" },
      { text: null, label: 3, score: 0.25, ok: true, note: "y" },
    ],
  );
  assert.equal(
    String(dataset.features),
    "{'text': Value('string'), 'label': Value('int64'), 'score': Value('float64'), 'ok': Value('bool'), 'note': Value('string')}",
  );
});

test("CSV: wide integers, gaps in numbers, a column of nothing, one column", async () => {
  const dataset = await load("b.csv", "big,gap,none,huge\n9007199254740993,1,,3000000000\n1,,,4\n");
  assert.deepEqual(
    [...dataset],
    [
      { big: 9007199254740993n, gap: 1, none: null, huge: 3e9 },
      { big: 1, gap: null, none: null, huge: 4 },
    ],
  );
  assert.deepEqual((await load("c.csv", "x\n1\n\n2\n")).column("x"), [1, 2]);
  assert.equal((await load("d.csv", "x,y\n")).length, 0);
});

test("CSV: integers as they are written, with signs and zeros before them, and what only looks like one", async () => {
  const numbers = await load("n.csv", "a,b,c,d\n-7,+7,1234567890,-\n007,-0,-1234567890,1\n");
  assert.deepEqual(
    [...numbers],
    [
      { a: -7, b: 7, c: 1234567890, d: "-" },
      { a: 7, b: 0, c: -1234567890, d: "1" },
    ],
  );
  const types = ["a", "b", "c", "d"].map((name) => String(inspect(numbers.features.get(name))));
  assert.deepEqual(types, [...Array<string>(3).fill("Value('int64')"), "Value('string')"]);
});

test("TSV has no quotes unless it is said, CSV with another delimiter", async () => {
  const dataset = await load("a.tsv", 'text\tother\tlabel\n"so\tit\t1\n');
  assert.deepEqual(dataset.at(0), { text: '"so', other: "it", label: 1 });
  const quoted = await load("b.tsv", 'text\tother\tlabel\n"s\to"\tit\t1\n', { quoteChar: '"' });
  assert.deepEqual(quoted.at(0), { text: "s\to", other: "it", label: 1 });
  assert.deepEqual((await load("s.csv", "a;b\n1;x\n", { delimiter: ";" })).at(0), { a: 1, b: "x" });
  await assert.rejects(load("s.csv", "a;b\n1;x\n", { delimiter: ";;" }), /delimiter is ";;"/);
});

test("CSV that is broken is named with its line and what to do", async () => {
  await fails("bad.csv", "a,b\n1,2\n\n3\n", /line 4: 1 column instead of 2 \(\['a', 'b'\]\). Each row needs/);
  await fails("bad.csv", 'a,b\n"x\ny",2\n1,2,3\n', /line 4: 3 columns instead of 2.*in quotes/);
  await fails("bad.csv", 'a,b\n1,2\n"open,3\n4,5\n', /line 3: a quoted field is not closed/);
  await fails("bad.csv", 'a,b\n"x"y,2\n', /line 2: text follows a closing quote/);
  await fails("bad.csv", Buffer.from("a,b\nx,y\nd\xe9j\xe0,y\n", "latin1"), /line 3: the file is not UTF-8/);
  await fails("bad.csv", Buffer.from("\ufeffa,b\n", "utf16le"), /line 1: the file is UTF-16/);
  await fails("bad.csv", "", /is empty/);
  await fails("bad.csv", "a,a\n1,2\n", /line 1: two columns are called "a"/);
});

test("features bring columns to their types, and name the row of a label that is no class", async () => {
  const features = new Features({
    text: new Value("string"),
    label: new ClassLabel({ names: ["neg", "pos"] }),
  });
  const dataset = await load("l.csv", "text,label\n1,pos\n2,neg\n", { features });
  assert.deepEqual(
    [...dataset],
    [
      { text: "1", label: 1 },
      { text: "2", label: 0 },
    ],
  );
  await fails("l.csv", "text,label\na,0\nb,2\n", /Column "label", row 1: 2 is not one of the classes/, {
    features,
  });
  await fails("l.csv", "text,label\na,0\nb,great\n", /row 1: "great" is not one of the classes/, {
    features,
  });
  await fails("l.csv", "text,klass\na,0\n", /there is no column "label".*'klass'.*Name the same/, {
    features,
  });
});

test("JSON Lines, arrays, a field of a document, and rows that lack a column", async () => {
  const lines = await load("a.jsonl", '{"t":"x","n":1}\n\n{"t":"y","n":2.5,"more":[1,2]}\r\n');
  assert.deepEqual(
    Array.from(lines, ({ more, ...row }) => ({ ...row, more: more && Array.from(more as number[]) })),
    [
      { t: "x", n: 1, more: null },
      { t: "y", n: 2.5, more: [1, 2] },
    ],
  );
  const array = await load("b.json", ' [{"t":"x","n":1},{"t":"y","n":2}]');
  assert.deepEqual(array.column("n"), [1, 2]);
  assert.equal(inspect(array.features.get("n")), "Value('int64')");
  const field = await load("c.json", '{"version":1,"data":[{"t":"x"}]}', { field: "data" });
  assert.deepEqual([...field], [{ t: "x" }]);
  const long = Array.from({ length: 20_500 }, (_, i) =>
    JSON.stringify(i < 15_000 ? { i } : { i, late: "x" }),
  );
  const late = await load("d.jsonl", long.join("\n"));
  assert.deepEqual(
    [late.length, late.at(0).late, late.at(-1).late, late.at(-1).i],
    [20_500, null, "x", 20_499],
  );
});

test("JSON that is broken is named with its line", async () => {
  await fails("bad.jsonl", '{"a":1}\n{"a":\n', /line 2 is no JSON/);
  await fails("bad.jsonl", '{"a":1}\n3\n', /line 2 is no object/);
  await fails("bad.json", '[{"a":1}, 2]', /row 1 is no object/);
  await fails("bad.json", '{"a":1}', /has no field "rows"/, { field: "rows" });
  await fails("bad.jsonl", Buffer.from('{"a":1}\n{"a":"\xff"}\n', "latin1"), /line 2: the file is not UTF-8/);
});

test("gzip of each, and one that is cut off", async () => {
  assert.deepEqual((await load("z.csv.gz", gzipSync("a,b\n1,x\n"))).at(0), { a: 1, b: "x" });
  assert.deepEqual((await load("z.tsv.gz", gzipSync("a\tb\n1\tx\n"))).at(0), { a: 1, b: "x" });
  assert.deepEqual((await load("z.jsonl.gz", gzipSync('{"a":1}'))).at(0), { a: 1 });
  await fails("z.csv.gz", gzipSync("a,b\n1,x\n").subarray(0, 20), /is no whole gzip file/);
});

test("texts: lines, paragraphs, or all of a file", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "finetune-text-"));
  try {
    const file = path.join(folder, "a.txt");
    writeFileSync(file, "\ufeffone\u2028still one\r\ntwo\r\rfour\n\nfive");
    const load = async (sampleBy?: "line" | "paragraph" | "document") => {
      const dataset = await loadDataset<{ text: string }>("text", {
        dataFiles: file,
        split: "train",
        sampleBy,
      });
      return dataset.column("text");
    };
    assert.deepEqual(await load(), ["one\u2028still one", "two", "", "four", "", "five"]);
    assert.deepEqual(await load("paragraph"), ["one\u2028still one\r\ntwo", "four", "five"]);
    assert.deepEqual(await load("document"), ["one\u2028still one\r\ntwo\r\rfour\n\nfive"]);
    await assert.rejects(
      load("word" as "line"),
      /sampleBy is "word"; it must be "line", "paragraph" or "document"/,
    );
    await assert.rejects(loadDataset(folder), /a line a row: loadDataset\("text", \{ dataFiles \}\)/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
