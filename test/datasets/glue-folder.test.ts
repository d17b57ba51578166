import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { ClassLabel } from "../../lib/src/datasets/features";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import { DatasetError } from "../../lib/src/errors";

const root = mkdtempSync(path.join(tmpdir(), "glue-"));
after(() => rmSync(root, { recursive: true }));

let made = 0;
const GOOD = { "train.tsv": "sentence\tlabel\ngood \t1\nbad\t0\n", "dev.tsv": "sentence\tlabel\nfine\t1\n" };

/** A folder with these files, the good ones where none are given. */
function folder(files: Record<string, string | Buffer>): string {
  const at = mkdtempSync(path.join(root, `${made++}-`));
  for (const [name, content] of Object.entries({ ...GOOD, ...files }))
    writeFileSync(path.join(at, name), content);
  return at;
}

/** Loading fails with a DatasetError that says all of this. */
async function fails(source: string, ...says: string[]): Promise<void> {
  await assert.rejects(loadDataset(source), (error) => {
    assert.ok(error instanceof DatasetError);
    for (const part of says) assert.ok(error.message.includes(part), `"${error.message}" lacks "${part}"`);
    return true;
  });
}

test("splits, columns and features of GLUE's three files", async () => {
  const at = folder({ "test.tsv": "index\tsentence\n0\twho knows\n1\tsome say\n" });
  const glue = await loadDataset(at);
  assert.deepEqual(glue.numRows, { train: 2, validation: 1, test: 2 });
  assert.equal(
    glue.train.features.toString(),
    "{'sentence': Value('string'), 'label': ClassLabel(names=['negative', 'positive']), 'idx': Value('int32')}",
  );
  assert.deepEqual(
    [...glue.train],
    [
      { sentence: "good ", label: 1, idx: 0 },
      { sentence: "bad", label: 0, idx: 1 },
    ],
  );
  assert.deepEqual(glue.test.at(-1), { sentence: "some say", label: -1, idx: 1 });
});

test("one split, and classes of one's own", async () => {
  const at = folder({ "train.tsv": "sentence\tlabel\nso so\t1\nwow\t2\n" });
  const train = await loadDataset(at, { split: "train", labelNames: ["bad", "middling", "good"] });
  assert.deepEqual(train.column("label"), [1, 2]);
  const label = train.features.get("label");
  assert.ok(label instanceof ClassLabel);
  assert.equal(label.int2str(2), "good");
  await assert.rejects(
    loadDataset(folder({}), { split: "test" }),
    /no split "test". Splits: \['train', 'validation'\]/,
  );
});

test("byte order mark, Windows line ends, no end of the last line", async () => {
  const { train, validation } = await loadDataset(
    folder({
      "train.tsv": "\ufeffsentence\tlabel\r\ndéjà vu \t1\r\nno\t0\r\n",
      "dev.tsv": "sentence\tlabel\nyes\t1",
    }),
  );
  assert.deepEqual(train.column("sentence"), ["déjà vu ", "no"]);
  assert.deepEqual(train.column("label"), [1, 0]);
  assert.deepEqual(validation.column("sentence"), ["yes"]);
});

test("quotes and an empty sentence stay as they are", async () => {
  const { train } = await loadDataset(folder({ "train.tsv": 'sentence\tlabel\n"so\t1\n\t0\n' }));
  assert.deepEqual(train.column("sentence"), ['"so', ""]);
});

test("a bad line is named with its file and what to do", async () => {
  const bad = (train: string | Buffer, ...says: string[]) =>
    fails(folder({ "train.tsv": train }), "train.tsv", ...says);
  await bad("sentence\tlabel\ngood\t1\nno label\n", "line 3", "1 column instead of 2 (sentence, label)");
  await bad("sentence\tlabel\na\tb\t1\n", "line 2", "3 columns instead of 2", "replace it by a space");
  await bad("sentence\tlabel\ngood\t1\n\nbad\t0\n", "line 3", "1 column instead of 2");
  await bad(
    "sentence\tlabel\ngood\tpositive\n",
    "line 2",
    'label "positive" is no class number',
    "0 (negative)",
  );
  await bad(
    "sentence\tlabel\ngood\t1\nx\t2\n",
    "line 3",
    'label "2" is out of range',
    "0 (negative), 1 (positive)",
  );
  await bad("sentence\tlabel\ngood\t-1\n", "line 2", 'label "-1"');
  await bad("sentence\tlabel\ngood\t1.0\n", "line 2", 'label "1.0"');
  await bad("", "is empty");
  await bad("sentence\tlabel\n", "no rows");
  await bad("good\t1\nbad\t0\n", "line 1", "header is ['good', '1']", 'must be "sentence\\tlabel"');
  await bad(Buffer.from("sentence\tlabel\nd\xe9j\xe0\t1\n", "latin1"), "line 2", "not UTF-8");
  await bad(Buffer.from("\ufeffsentence\tlabel\n", "utf16le"), "UTF-16", "Save it as UTF-8");
  await fails(
    folder({ "test.tsv": "index\tsentence\nzero\tx\n" }),
    "test.tsv, line 2",
    'index "zero" is no number',
  );
});

test("a dataset, folder or file that is missing", async () => {
  await fails("./no-such-folder", "no-such-folder", "reviews", process.cwd());
  const at = folder({});
  rmSync(path.join(at, "dev.tsv"));
  await fails(at, path.join(at, "dev.tsv"));
  await assert.rejects(loadDataset("reviews", "sst2"), /"reviews" has no configurations/);
});

const SST2 = path.resolve(__dirname, "../../../shared/data/sst2");

test("the real SST-2", { skip: !existsSync(SST2) && "../shared/data/sst2 is not here" }, async () => {
  const sst2 = await loadDataset(SST2);
  assert.deepEqual(sst2.numRows, { train: 67349, validation: 872, test: 1821 });
  assert.deepEqual(sst2.train.slice(0, 3).column("sentence"), [
    "hide new secretions from the parental units ",
    "contains no wit , only labored gags ",
    "that loves its characters and communicates something rather beautiful about human nature ",
  ]);
  const positive = (labels: number[]) => labels.filter((label) => label === 1).length;
  assert.equal(positive(sst2.train.column("label")), 37569);
  assert.equal(positive(sst2.validation.column("label")), 444);
  assert.deepEqual(sst2.test.at(0), {
    sentence: "uneasy mishmash of styles and genres .",
    label: -1,
    idx: 0,
  });
});
