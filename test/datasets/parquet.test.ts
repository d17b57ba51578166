import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { NumberColumn, TextColumn } from "../../lib/src/datasets/columns";
import { Dataset } from "../../lib/src/datasets/dataset";
import { ClassLabel } from "../../lib/src/datasets/features";
import { readParquet } from "../../lib/src/datasets/formats/parquet";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import { DatasetError } from "../../lib/src/errors";

const FIXTURES = path.join(__dirname, "../fixtures/datasets");
const root = mkdtempSync(path.join(tmpdir(), "parquet-"));
after(() => rmSync(root, { recursive: true }));

const plain = (row: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(row).map(([name, cell]) => [
      name,
      ArrayBuffer.isView(cell) ? Array.from(cell as Int32Array) : cell,
    ]),
  );

for (const file of ["none", "snappy", "gzip", "brotli", "zstd", "lz4", "plain"]) {
  test(`every physical type, null and row groups: ${file}.parquet equals what pyarrow reads`, async () => {
    const dataset = new Dataset(await readParquet(path.join(FIXTURES, "parquet", `${file}.parquet`)));
    const expected = JSON.parse(
      readFileSync(path.join(FIXTURES, "parquet/expected.json"), "utf8"),
    ) as unknown[];
    assert.deepEqual(Array.from(dataset, plain), expected);
    const types = Object.fromEntries(Array.from(dataset.features, ([name, type]) => [name, inspect(type)]));
    assert.equal(types.text, "Value('string')");
    assert.equal(types.large, "Value('string')");
    assert.equal(types.int8, "Value('int8')");
    assert.equal(types.uint16, "Value('uint16')");
    assert.equal(types.int64, "Value('int64')");
    assert.equal(types.float32, "Value('float32')");
    assert.equal(types.bool, "Value('bool')");
    assert.equal(types.list, "List(Value('int32'))");
    assert.ok(dataset.table.column("text") instanceof TextColumn);
    assert.ok(dataset.table.column("int64") instanceof NumberColumn);
  });
}

test("what datasets noted in the file is honoured: names of classes, types", async () => {
  const dataset = new Dataset(
    await readParquet(path.join(FIXTURES, "glue/mrpc/train-00000-of-00001.parquet")),
  );
  assert.equal(
    String(dataset.features),
    "{'sentence1': Value('string'), 'sentence2': Value('string'), " +
      "'label': ClassLabel(names=['not_equivalent', 'equivalent']), 'idx': Value('int32')}",
  );
  assert.ok(dataset.features.get("label") instanceof ClassLabel);
});

/** Reading fails with a DatasetError that names the file and says this. */
async function fails(bytes: Uint8Array, says: RegExp): Promise<void> {
  const file = path.join(root, "bad.parquet");
  writeFileSync(file, bytes);
  await assert.rejects(readParquet(file), (error) => {
    if (!(error instanceof DatasetError)) throw error;
    assert.ok(error.message.includes(file), error.message);
    assert.match(error.message, says);
    return true;
  });
}

const MRPC = readFileSync(path.join(FIXTURES, "glue/mrpc/train-00000-of-00001.parquet"));
const NONE = readFileSync(path.join(FIXTURES, "parquet/none.parquet"));

test("a file that ends early, wherever it does, is a DatasetError", async () => {
  for (let length = 0; length < MRPC.length; length += 13)
    await fails(MRPC.subarray(0, length), /is damaged/);
  await fails(Buffer.from("PAR1 and some text that is no footer PAR1"), /is damaged/);
});

test("any byte changed is read, or a DatasetError: never another error, never much memory", async () => {
  const file = path.join(root, "changed.parquet");
  const before = process.memoryUsage().rss;
  for (let at = 0; at < NONE.length; at += 37) {
    const bytes = Buffer.from(NONE);
    bytes[at]! ^= 0xff;
    writeFileSync(file, bytes);
    await readParquet(file).catch((error: unknown) => {
      if (!(error instanceof DatasetError)) throw error;
    });
  }
  assert.ok(process.memoryUsage().rss - before < 800 * 2 ** 20);
});

/** An unsigned number in thrift's compact form, zigzag. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = 2 * value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

/**
 * The first page of a file of pyarrow: header fields 1 (type), 2 (uncompressed size), 3 (compressed size). Sets the
 * second, if it fits in the bytes that it had.
 */
function withUncompressedSize(bytes: Buffer, size: number): Buffer {
  const changed = Buffer.from(bytes);
  assert.equal(changed[4], 0x15, "the header starts with field 1, an i32");
  const start = 7;
  assert.equal(changed[6], 0x15);
  let end = start;
  while (changed[end]! & 128) end++;
  const claimed = varint(size);
  // Longer than it was: what follows moves, and the end of the page is overwritten.
  return Buffer.concat([changed.subarray(0, start), Buffer.from(claimed), changed.subarray(end + 1)]);
}

test("a page that claims gigabytes is refused before anything is allocated", async () => {
  const before = process.memoryUsage().rss;
  const bomb = withUncompressedSize(MRPC, 2 ** 30);
  // What moved the rest by a few bytes has to be taken back from the page, so that the footer's offsets still hold.
  const grown = bomb.length - MRPC.length;
  const repaired = Buffer.concat([bomb.subarray(0, 60), bomb.subarray(60 + grown)]);
  assert.equal(repaired.length, MRPC.length);
  await fails(repaired, /asks for more than \d+ MB of memory.*If you trust the file/);
  assert.ok(process.memoryUsage().rss - before < 100 * 2 ** 20);
});

test("a label that no class has is named with its row", async () => {
  const declared = MRPC.toString("latin1");
  const at = declared.indexOf('"equivalent"');
  assert.ok(at > 0);
  // Of two classes, leave one: the same length, so that the footer holds.
  const one = declared.replace(/"not_equivalent", "equivalent"/, (names) => '"one"'.padEnd(names.length));
  assert.equal(one.length, declared.length);
  await fails(Buffer.from(one, "latin1"), /row 1: the label 1 in column "label" is no class. Classes: 0 one/);
});

test("text that is not UTF-8 is named with its row", async () => {
  const bytes = Buffer.from(NONE);
  const at = bytes.indexOf("text 4 –");
  bytes[at + 1] = 0xff;
  await fails(bytes, /row 4: the text in column "text" is not UTF-8/);
});

test("a parquet file that is compressed as a whole", async () => {
  const file = path.join(root, "whole.parquet.gz");
  writeFileSync(file, gzipSync(MRPC));
  assert.equal((await readParquet(file)).length, 16);
  writeFileSync(file, gzipSync(MRPC).subarray(0, 500));
  await assert.rejects(readParquet(file), /whole\.parquet\.gz is no whole gzip file/);
});

const SHARED = path.resolve(__dirname, "../../../shared/data");
const skip = !existsSync(path.join(SHARED, "sst2-parquet")) && "../shared/data/sst2-parquet is not here";

test("SST-2: parquet of two writers and GLUE's TSV have equal rows", { skip }, async () => {
  const tsv = await loadDataset(path.join(SHARED, "sst2"));
  const files = {
    train: ["train-00000-of-00001"],
    validation: ["validation-00000-of-00001", "hub-validation"],
    test: ["test-00000-of-00001", "hub-test-stanfordnlp"],
  };
  for (const [split, names] of Object.entries(files)) {
    const expected = [...tsv.split(split)];
    for (const name of names) {
      const at = path.join(SHARED, "sst2-parquet", `${name}.parquet`);
      const rows = [...(await loadDataset(at, { split: "train" }))];
      assert.equal(rows.length, expected.length);
      rows.forEach((row, i) => assert.deepEqual(row, expected[i], `${name}, row ${i}`));
    }
  }
});

test("a file of row groups is in order, however its parts arrive", async () => {
  const copy = path.join(root, "groups.parquet");
  copyFileSync(path.join(FIXTURES, "parquet/plain.parquet"), copy);
  const expected = Array.from({ length: 60 }, (_, i) => i * i);
  const reads = Array.from({ length: 20 }, () => readParquet(copy));
  for (const table of await Promise.all(reads)) {
    assert.deepEqual(new Dataset(table).column("int32" as never), expected);
  }
});
