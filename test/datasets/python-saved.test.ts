import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import type { Dataset } from "../../lib/src/datasets/dataset";
import type { DatasetDict } from "../../lib/src/datasets/dataset-dict";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import { mutate, Random } from "../checkpoints/support";
import { loadFromDisk } from "../../lib/src/datasets/load-from-disk";

const FIXTURES = path.join(__dirname, "../fixtures/datasets/arrow");
const scratch = mkdtempSync(path.join(tmpdir(), "finetune-arrow-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

const expected = JSON.parse(
  // 2^53 + 1 is no double.
  readFileSync(path.join(FIXTURES, "expected.json"), "utf8").replaceAll(
    "9007199254740993",
    '"9007199254740993"',
  ),
) as Record<string, unknown>[];

const plain = (cell: unknown): unknown => {
  if (typeof cell === "bigint") return String(cell);
  if (cell instanceof Date) return cell.toISOString();
  if (ArrayBuffer.isView(cell)) return Array.from(cell as unknown as ArrayLike<number>);
  if (Array.isArray(cell)) return cell.map(plain);
  if (typeof cell !== "object" || cell === null) return cell;
  return Object.fromEntries(Object.entries(cell).map(([name, each]) => [name, plain(each)]));
};

/** A copy of a fixture that may be harmed. */
function copyOf(name: string): string {
  const folder = mkdtempSync(path.join(scratch, "copy-"));
  cpSync(path.join(FIXTURES, name), folder, { recursive: true });
  return folder;
}

test("a dataset that Python saved, every type and two files", async () => {
  const dataset = (await loadFromDisk(path.join(FIXTURES, "one"))) as Dataset;
  assert.deepEqual([...dataset].map(plain), expected);
  const kinds = String(dataset.features);
  assert.match(kinds, /'label': ClassLabel\(names=\['neg', 'pos'\]\)/);
  assert.match(kinds, /'pair': List\(Value\('float64'\), length=2\)/);
  assert.match(kinds, /'record': \{'a': Value\('int64'\), 'b': List\(Value\('string'\)\)\}/);
});

test("splits that Python saved", async () => {
  const dict = (await loadFromDisk(path.join(FIXTURES, "splits"))) as DatasetDict;
  assert.deepEqual(dict.numRows, { train: 2, test: 1 });
  assert.deepEqual([...dict.train].map(plain), expected.slice(0, 2));
});

test("columns of categories, whose texts and numbers stand in dictionaries", async () => {
  const dataset = await loadDataset(path.join(FIXTURES, "categories.arrow"), { split: "train" });
  assert.deepEqual(dataset.column("word" as never), ["a", "b", null, "a", "c", "b"]);
  assert.deepEqual(dataset.column("number" as never), [5, 7, null, 5, 8, 7]);
  assert.equal(String(dataset.features), "{'word': Value('string'), 'number': Value('int64')}");
});

test("a column that takes a bit a row", async () => {
  const dataset = await loadDataset(path.join(FIXTURES, "bits.arrow"), { split: "train" });
  assert.equal(dataset.length, 20_000);
  assert.deepEqual(dataset.column("x" as never).slice(0, 4), [true, false, false, true]);
});

for (const codec of ["lz4", "zstd"]) {
  test(`buffers that are compressed with ${codec} are refused with the way out`, async () => {
    await assert.rejects(
      loadDataset(path.join(FIXTURES, `${codec}.arrow`)),
      /arrow is compressed within \(as pandas' to_feather does\).* compression="uncompressed", or as parquet/,
    );
  });
}

test("it is saved again as ours", async () => {
  const dataset = (await loadFromDisk(path.join(FIXTURES, "one"))) as Dataset;
  const folder = path.join(scratch, "ours");
  await dataset.saveToDisk(folder);
  assert.deepEqual([...((await loadFromDisk(folder)) as Dataset)].map(plain), expected);
});

test("Arrow files are a format of loadDataset", async () => {
  const files = path.join(FIXTURES, "one/*.arrow");
  const dataset = await loadDataset<Record<string, unknown>>("arrow", { dataFiles: files, split: "train" });
  assert.deepEqual([...dataset].map(plain), expected);
});

test("loadDataset says what reads such a folder", async () => {
  for (const name of ["one", "splits"]) {
    await assert.rejects(loadDataset(path.join(FIXTURES, name)), {
      name: "DatasetError",
      message: /save_to_disk\. Read it with loadFromDisk/,
    });
  }
});

test("what is damaged is refused with the file's name", async () => {
  const refuses = async (name: string, harm: (folder: string) => void, message: RegExp) => {
    const folder = copyOf(name);
    harm(folder);
    await assert.rejects(loadFromDisk(folder), { name: "DatasetError", message });
  };
  const data = "data-00000-of-00002.arrow";
  await refuses("one", (folder) => truncateSync(path.join(folder, data), 900), /data-00000-of-00002\.arrow/);
  await refuses("one", (folder) => rmSync(path.join(folder, data)), /data-00000-of-00002\.arrow/);
  const state = (content: unknown) => (folder: string) =>
    writeFileSync(path.join(folder, "state.json"), JSON.stringify(content));
  await refuses(
    "one",
    state({ _data_files: [{ filename: "../../etc/passwd" }] }),
    /state\.json: .*no name of a file/,
  );
  await refuses("one", state({}), /lists no files/);
  await refuses(
    "splits",
    (folder) => rmSync(path.join(folder, "train"), { recursive: true }),
    /train holds no saved/,
  );
});

test("changed at random, a file is read or refused, and nothing worse", async () => {
  const random = new Random(17);
  const whole = Uint8Array.from(readFileSync(path.join(FIXTURES, "one/data-00000-of-00002.arrow")));
  const file = path.join(scratch, "mutant.arrow");
  let refused = 0;
  for (let i = 0; i < 400; i++) {
    writeFileSync(file, mutate(whole, random));
    try {
      const dataset = await loadDataset<Record<string, unknown>>("arrow", {
        dataFiles: file,
        split: "train",
      });
      assert.ok(dataset.length <= 8 * whole.length + 1000);
    } catch (error) {
      assert.equal((error as Error).name, "DatasetError", String((error as Error).stack));
      refused++;
    }
  }
  assert.ok(refused > 50, `${refused} refused`);
});
