import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { inspect } from "node:util";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import { DatasetError, HubError } from "../../lib/src/errors";
import { hubForTest } from "../hub/support";
import type { ServedFile, ServedRepo } from "../hub/hub-server";

const GLUE = path.join(__dirname, "../fixtures/datasets/glue");

function filesOf(folder: string): Record<string, ServedFile> {
  const files: Record<string, ServedFile> = {};
  for (const name of readdirSync(folder, { recursive: true }).map(String)) {
    const file = path.join(folder, name);
    if (statSync(file).isFile())
      files[name.split(path.sep).join("/")] = {
        content: readFileSync(file),
        large: name.endsWith(".parquet"),
      };
  }
  return files;
}

const text = (content: string): ServedFile => ({ content: Buffer.from(content) });

/** A Hub with these datasets, to which the environment points. */
async function serve(context: TestContext, repos: ServedRepo[]) {
  const served = await hubForTest(context, { repos, pageSize: 7 });
  const before = { ...process.env };
  process.env.HF_ENDPOINT = served.hub.endpoint;
  process.env.HF_HUB_CACHE = served.cacheDir;
  process.env.HF_HUB_DISABLE_IMPLICIT_TOKEN = "1";
  context.after(() => {
    process.env = before;
  });
  return served;
}

const glue: ServedRepo = {
  type: "dataset",
  name: "nyu-mll/glue",
  aliases: ["glue"],
  revisions: { main: filesOf(GLUE) },
};

test("GLUE by its short name: first from the Hub, then without asking for files, then offline", async (context) => {
  const { hub } = await serve(context, [glue]);
  const sst2 = await loadDataset("glue", "sst2");
  assert.deepEqual(sst2.numRows, { train: 16, validation: 6, test: 6 });
  assert.deepEqual(sst2.train.columnNames, ["sentence", "label", "idx"]);
  assert.match(String(sst2.train.features), /ClassLabel\(names=\['negative', 'positive'\]\)/);
  assert.equal(
    hub.requests.filter((each) => each.startsWith("GET storage")).length,
    3,
    "no other configuration",
  );
  hub.requests.length = 0;
  assert.deepEqual([...(await loadDataset("glue/sst2")).train], [...sst2.train]);
  assert.deepEqual(
    hub.requests.filter((each) => !each.includes("/api/")),
    [],
    "unchanged files are not asked for",
  );
  hub.requests.length = 0;
  process.env.HF_HUB_OFFLINE = "1";
  assert.deepEqual([...(await loadDataset("glue", "sst2")).train], [...sst2.train]);
  assert.deepEqual(hub.requests, []);
  await assert.rejects(loadDataset("glue", "mrpc"), (error) => error instanceof Error);
});

test("every configuration of GLUE, with the splits and types that Python has", async (context) => {
  await serve(context, [glue]);
  const all = readdirSync(GLUE).filter((name) => name !== "README.md");
  assert.equal(all.length, 12);
  for (const name of all) {
    const dict = await loadDataset("glue", name as "mrpc");
    const splits = readdirSync(path.join(GLUE, name)).map((file) => file.replace(/-\d.*$/, ""));
    assert.deepEqual([...dict.splitNames].sort(), splits.sort());
    for (const [split, dataset] of dict) {
      assert.equal(dataset.length, split === "train" ? 16 : 6);
      assert.equal(dataset.features.has("label") && dataset.features.has("idx"), true);
      const label = inspect(dataset.features.get("label"));
      assert.match(label, name === "stsb" ? /^Value\('float32'\)$/ : /^ClassLabel/);
      if (split.startsWith("test")) assert.ok(dataset.column("label").every((each) => each === -1));
    }
  }
  const mnli = await loadDataset("glue", "mnli");
  assert.deepEqual(mnli.splitNames, [
    "train",
    "validation_matched",
    "validation_mismatched",
    "test_matched",
    "test_mismatched",
  ]);
  await assert.rejects(
    loadDataset("glue", "sst3" as "sst2"),
    /no configuration "sst3". Configurations: \['ax', 'cola'/,
  );
  await assert.rejects(loadDataset("glue"), /several configurations/);
});

test("a dataset of CSV files, a revision of it, and dataFiles in it", async (context) => {
  await serve(context, [
    {
      type: "dataset",
      name: "someone/reviews-csv",
      revisions: {
        main: {
          "train.csv": text("t,n\nnew,1\n"),
          "dev.csv": text("t,n\nx,2\n"),
          "extra/more.csv": text("t,n\ny,3\n"),
        },
        old: { "train.csv": text("t,n\nold,0\n") },
      },
    },
  ]);
  type R = { t: string; n: number };
  const main = await loadDataset<R>("someone/reviews-csv");
  assert.deepEqual(main.splitNames, ["train", "validation"]);
  const old = await loadDataset<R>("someone/reviews-csv", { revision: "old", split: "train" });
  assert.deepEqual(old.column("t"), ["old"]);
  const more = await loadDataset<R>("someone/reviews-csv", { dataFiles: "extra/*.csv", split: "train" });
  assert.deepEqual(more.column("n"), [3]);
  await assert.rejects(
    loadDataset("someone/reviews-csv", { dataFiles: "gone.csv" }),
    /has no file "gone\.csv".*train\.csv/,
  );
});

test("a dataset that is a script is read from its parquet branch", async (context) => {
  const file = readFileSync(path.join(GLUE, "rte/train-00000-of-00001.parquet"));
  await serve(context, [
    {
      type: "dataset",
      name: "someone/scripted",
      revisions: {
        main: { "scripted.py": text("raise SystemExit"), "README.md": text("---\nlicense: mit\n---\n") },
        "refs/convert/parquet": {
          "default/train/0000.parquet": { content: file, large: true },
          "default/train/0001.parquet": { content: file, large: true },
          "other/partial-test/0000.parquet": { content: file, large: true },
        },
      },
    },
    { type: "dataset", name: "someone/pictures", revisions: { main: { "a.png": text("") } } },
  ]);
  assert.deepEqual((await loadDataset("someone/scripted")).numRows, { train: 32 });
  assert.deepEqual((await loadDataset("someone/scripted", "other")).numRows, { test: 16 });
  await assert.rejects(loadDataset("someone/pictures"), /someone\/pictures holds no data that is read here/);
});

test("a dataset that is nowhere: the Hub's answer, and what was looked for here", async (context) => {
  await serve(context, [glue]);
  await assert.rejects(loadDataset("someone/gleu"), (error) => {
    assert.ok(error instanceof HubError);
    assert.match(error.message, /Nor is there a folder or file .*someone\/gleu.*loadDataset\("reviews"\)/);
    return true;
  });
});

test("a listing that leads out of the repository is refused, and nothing is written outside the cache", async (context) => {
  const { cacheDir } = await serve(context, [
    {
      type: "dataset",
      name: "someone/evil",
      revisions: { main: { "../../../../../escaped.csv": text("a\n1\n"), "train.csv": text("a\n1\n") } },
    },
    {
      type: "dataset",
      name: "someone/sly",
      revisions: {
        main: {
          "README.md": text(
            "---\nconfigs:\n- config_name: default\n  data_files: ../../../../secret.csv\n---\n",
          ),
          "train.csv": text("a\n1\n"),
        },
      },
    },
  ]);
  const outside = path.dirname(cacheDir);
  mkdirSync(outside, { recursive: true });
  await assert.rejects(loadDataset("someone/evil"), (error) => {
    assert.ok(error instanceof HubError || error instanceof DatasetError);
    assert.match(error.message, /escaped\.csv.*no path inside a repository/);
    return true;
  });
  await assert.rejects(loadDataset("someone/sly"), /has no file "\.\.\/\.\.\/\.\.\/\.\.\/secret\.csv"/);
  assert.deepEqual(
    readdirSync(outside).filter((name) => name !== "cache"),
    [],
  );
  assert.ok(!existsSync(path.join(outside, "..", "escaped.csv")));
});
