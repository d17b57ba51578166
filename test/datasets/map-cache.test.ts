import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { Dataset } from "../../lib/src/datasets/dataset";
import { DatasetDict } from "../../lib/src/datasets/dataset-dict";
import { fingerprint } from "../../lib/src/datasets/fingerprint";
import { AutoTokenizer } from "../../lib/src/tokenizers/auto-tokenizer";

const root = mkdtempSync(path.join(tmpdir(), "map-cache-"));
after(() => rmSync(root, { recursive: true }));
process.env.HF_DATASETS_CACHE = root;

const words = () => Dataset.fromDict({ word: Array.from({ length: 25 }, (_, i) => "x".repeat(i)) });
const kept = () =>
  existsSync(path.join(root, "finetune-ts/map")) ? readdirSync(path.join(root, "finetune-ts/map")) : [];

test("kept only if it is asked for; then only a few rows are made again", async () => {
  let rows = 0;
  const many = () => Dataset.fromDict({ word: Array.from({ length: 400 }, (_, i) => "x".repeat(i % 90)) });
  const count = (batch: { word: string[] }) => {
    rows += batch.word.length;
    return { size: batch.word.map(({ length }) => length) };
  };
  const options = { batched: true, batchSize: 10 } as const;
  const map = (more = {}) => many().map(count, { ...options, ...more });
  const expected = [...(await map())];
  assert.deepEqual([rows, kept()], [400, []]);
  rows = 0;
  assert.deepEqual([...(await map({ cacheDependencies: [] }))], expected);
  const probed = rows - 400;
  assert.ok(probed > 0 && probed < 40, `${probed} rows to compare the next time`);
  rows = 0;
  const again = await map({ cacheDependencies: [] });
  assert.deepEqual([...again], expected);
  assert.equal(String(again.features), "{'word': Value('string'), 'size': Value('int32')}");
  assert.equal(rows, probed);
  rows = 0;
  await map({ cacheDependencies: [], loadFromCacheFile: false });
  assert.equal(rows, 400 + probed);
  assert.equal(kept().length, 1);
});

test("another dataset, function, dependency or way of calling is another result", async () => {
  const before = kept().length;
  const one = (row: { word: string }) => ({ n: row.word.length });
  const map = (dataset: Dataset<{ word: string }>, apply = one, options = {}) =>
    dataset.map(apply, { cacheDependencies: [], ...options });
  await map(words());
  await map(words().take(3));
  await map(words(), (row) => ({ n: row.word.length + 1 }));
  await map(words(), one, { cacheDependencies: [2] });
  await map(words(), one, { removeColumns: "word" });
  assert.equal(kept().length, before + 5);
  await map(words().select(words().column("word").keys()));
  assert.equal(kept().length, before + 5, "the same content, wherever it lies");
});

test("a function that depends on what nobody told is noticed by the rows that are made again", async () => {
  let factor = 1;
  const map = () =>
    words().map(({ word }) => ({ n: factor * word.length }), { cacheDependencies: [], batchSize: 4 });
  await map();
  factor = 3;
  assert.deepEqual(
    (await map()).column("n"),
    words()
      .column("word")
      .map(({ length }) => 3 * length),
  );
});

test("the longest text is among those rows, for there a changed limit shows", async () => {
  let limit = 50;
  const texts = Array.from({ length: 500 }, (_, i) => "x".repeat(i === 321 ? 90 : 5));
  const map = () =>
    Dataset.fromDict({ text: texts }).map(
      (batch) => ({ short: batch.text.map((text) => text.slice(0, limit)) }),
      { batched: true, cacheDependencies: [] },
    );
  await map();
  limit = 60;
  assert.equal((await map())[321]?.short.length, 60);
});

test("a batch decides together, rows change in number, and some are hidden: kept all the same", async () => {
  let calls = 0;
  const padded = (batch: { word: string[] }, indices: number[]) => {
    calls++;
    const width = Math.max(...batch.word.map(({ length }) => length));
    return {
      padded: batch.word.flatMap((word) => [word, word.padEnd(width)]),
      at: indices.flatMap((i) => [i, i]),
    };
  };
  const dataset = words().addColumn(
    "hidden",
    words()
      .column("word")
      .map(() => true),
  );
  const map = () =>
    dataset
      .withFormat("typed", { columns: ["word"] })
      .map(padded, { batched: true, batchSize: 5, removeColumns: ["word", "hidden"], cacheDependencies: [] });
  const first = await map();
  calls = 0;
  const second = await map();
  assert.deepEqual([...second], [...first]);
  assert.deepEqual([second.length, calls], [50, 1]);
});

test("a function that says something else each time, or fails on the kept rows, is applied to all", async () => {
  let time = 0;
  const map = () =>
    words()
      .take(3)
      .map(() => ({ time: ++time }), { cacheDependencies: [] });
  await map();
  const before = time;
  assert.ok((await map()).column("time").every((each) => each > before));
  let isBroken = false;
  const fragile = () =>
    words().map(
      ({ word }, index) => {
        if (isBroken && index === 7) throw new Error("row 7");
        return { n: word.length };
      },
      { cacheDependencies: [] },
    );
  await fragile();
  isBroken = true;
  // Row 7 is among those that are made again, since there are but few.
  await assert.rejects(fragile(), /row 7/);
});

test("an empty dataset, and a function that makes nothing", async () => {
  for (let run = 0; run < 2; run++) {
    const empty = await words()
      .take(0)
      .map(({ word }) => ({ n: word.length }), { cacheDependencies: [] });
    assert.equal(empty.length, 0);
    const same = await words().map(() => undefined, { cacheDependencies: [] });
    assert.deepEqual([same.length, same.columnNames], [25, ["word"]]);
  }
});

test("a file of one's own, one a split; damaged ones are made again", async () => {
  const file = path.join(root, "mine.safetensors");
  let calls = 0;
  const apply = ({ word }: { word: string }) => {
    calls++;
    return { word: word.toUpperCase() };
  };
  const dict = new DatasetDict({ train: words(), test: words().take(2) });
  await dict.map(apply, { cacheFile: file });
  assert.ok(existsSync(path.join(root, "mine-train.safetensors")));
  calls = 0;
  writeFileSync(path.join(root, "mine-test.safetensors"), "damaged");
  const again = await dict.map(apply, { cacheFile: file });
  assert.deepEqual(again.test.column("word"), ["", "X"]);
  assert.equal(calls, 25 + (2 + 2), "train: a few rows, here all; test: all, and for the next time");
});

test("fingerprints: by content; a tokenizer by its files, not by what it has remembered", async () => {
  assert.equal(fingerprint({ b: 1, a: [1, "x"] }), fingerprint({ a: [1, "x"], b: 1 }));
  const different = [
    1,
    "1",
    1n,
    -0,
    0,
    null,
    undefined,
    [],
    {},
    [1, 2],
    [12],
    new Map([[1, 2]]),
    new Set([1]),
    NaN,
  ];
  const more = [
    Int32Array.of(1),
    Float32Array.of(1),
    new Date(0),
    /a/g,
    () => 1,
    () => 2,
    [[1], 2],
    [1, [2]],
    true,
  ];
  const prints = [...different, ...more].map((value) => fingerprint(value));
  assert.equal(new Set(prints).size, prints.length);
  const circle: unknown[] = [];
  circle.push(circle);
  assert.equal(fingerprint(circle), fingerprint(circle));
  const tokenizer = await AutoTokenizer.fromPretrained("bert-tiny-reviews");
  const print = fingerprint(tokenizer);
  tokenizer("something that was not seen before");
  assert.equal(fingerprint(tokenizer), print);
  assert.equal(fingerprint(await AutoTokenizer.fromPretrained("bert-tiny-reviews")), print);
  tokenizer.modelMaxLength = 16;
  assert.notEqual(fingerprint(tokenizer), print);
});
