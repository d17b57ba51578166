import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { Dataset } from "../../lib/src/datasets/dataset";
import { DatasetDict } from "../../lib/src/datasets/dataset-dict";
import { setFirstDelay } from "../../lib/src/hub/request";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import { globMatcher } from "../../lib/src/datasets/glob";
import { readFrontMatter } from "../../lib/src/datasets/sources/front-matter";
import { splitsByName } from "../../lib/src/datasets/split-patterns";
import { DatasetError } from "../../lib/src/errors";

const root = mkdtempSync(path.join(tmpdir(), "load-"));
after(() => rmSync(root, { recursive: true }));
process.env.HF_DATASETS_CACHE = path.join(root, "cache");
process.env.HF_HUB_CACHE = path.join(root, "hub");

let made = 0;
function folder(files: Record<string, string>): string {
  const at = path.join(root, `folder-${made++}`);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(at, name)), { recursive: true });
    writeFileSync(path.join(at, name), content);
  }
  return at;
}

const csv = (...values: number[]) => `n\n${values.join("\n")}\n`;
const numbers = (dataset: Dataset<{ n: number }>) => dataset.column("n");

test("files are splits by their names, as get_data_patterns of datasets 5.0.1 has them", () => {
  const cases: [string[], Record<string, string[]>][] = [
    [
      ["train.csv", "dev.csv", "test.csv"],
      { train: ["train.csv"], validation: ["dev.csv"], test: ["test.csv"] },
    ],
    [
      [
        "data/train-00001-of-00002.parquet",
        "data/train-00000-of-00002.parquet",
        "data/validation_matched-00000-of-00001.parquet",
      ],
      {
        train: ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet"],
        validation_matched: ["data/validation_matched-00000-of-00001.parquet"],
      },
    ],
    [["train/a.csv", "valid/b.csv", "x.csv"], { train: ["train/a.csv"], validation: ["valid/b.csv"] }],
    [["my_train_file.csv", "my-test.csv"], { train: ["my_train_file.csv"], test: ["my-test.csv"] }],
    [["foo.csv", "bar.csv"], { train: ["bar.csv", "foo.csv"] }],
    [["training.csv", "evaluation.csv"], { train: ["training.csv"], test: ["evaluation.csv"] }],
    [["trainer.csv", "latest.csv"], { train: ["latest.csv", "trainer.csv"] }],
    [
      ["sub/train/x-test.csv", "sub/val1/y.csv"],
      { train: ["sub/train/x-test.csv"], validation: ["sub/val1/y.csv"] },
    ],
    [["train1.csv", "val.csv.gz"], { train: ["train1.csv"], validation: ["val.csv.gz"] }],
  ];
  for (const [files, splits] of cases) assert.deepEqual(Object.fromEntries(splitsByName(files)), splits);
});

test("patterns of paths", () => {
  const matches = (glob: string, file: string) => globMatcher(glob)(file);
  assert.ok(matches("data/*.csv", "data/a.csv") && !matches("data/*.csv", "data/b/a.csv"));
  assert.ok(matches("**/*.csv", "a.csv") && matches("**/*.csv", "x/y/a.csv") && matches("x/**", "x/y/z"));
  assert.ok(matches("train-[0-9]?.{csv,tsv}", "train-1x.tsv") && !matches("a.csv", "aXcsv"));
});

test("a folder: splits in order, hidden files and descriptions passed over", async () => {
  const at = folder({
    "test.csv": csv(3),
    "train.csv": csv(1, 2),
    ".hidden.csv": csv(9),
    "README.md": "# x",
  });
  const dict = await loadDataset<{ n: number }>(at);
  assert.deepEqual(dict.splitNames, ["train", "test"]);
  assert.deepEqual(numbers(dict.train), [1, 2]);
  assert.deepEqual(numbers(await loadDataset<{ n: number }>(at, { split: "test" })), [3]);
  await assert.rejects(loadDataset(at, { split: "dev" }), /no split "dev". Splits: \['train', 'test'\]/);
  await assert.rejects(loadDataset(folder({ "a.png": "" })), /holds no data that is read here.*a\.png/);
});

test("a folder's card says which files are which configuration", async () => {
  const card =
    "---\nlicense: mit\nconfigs:\n- config_name: small\n  default: true\n  data_files:\n  - split: train\n" +
    '    path: "s/*.csv"\n- config_name: large\n  data_files:\n    - split: train\n      path: [l/a.csv, l/b.csv]\n' +
    "    - split: held_out\n      path: l/c.csv\n---\n# Card\n";
  const at = folder({
    "README.md": card,
    "s/x.csv": csv(1),
    "l/a.csv": csv(2),
    "l/b.csv": csv(3),
    "l/c.csv": csv(4),
  });
  assert.deepEqual(numbers((await loadDataset<{ n: number }>(at)).train), [1]);
  const large = await loadDataset<{ n: number }>(at, "large");
  assert.deepEqual(numbers(large.train), [2, 3]);
  assert.deepEqual(numbers(large.split("held_out")), [4]);
  await assert.rejects(
    loadDataset(at, "huge"),
    /no configuration "huge". Configurations: \['small', 'large'\]/,
  );
  const several = folder({ "README.md": card.replace("  default: true\n", ""), "s/x.csv": csv(1) });
  await assert.rejects(loadDataset(several), /several configurations: \['small', 'large'\]. Say which/);
});

test("the head of a card", () => {
  const head =
    "a: 1 # one\nb:\n  - x\n  - 'it''s'\nc: [p, \"q r\"]\nd: |\n  text\n  more\ne:\n'f': {0: yes}\n";
  assert.deepEqual(
    readFrontMatter(`---\r\n${head}---\n# Title\n`, "card"),
    new Map<string, unknown>([
      ["a", 1],
      ["b", ["x", "it's"]],
      ["c", ["p", "q r"]],
      ["d", "text\nmore\n"],
      ["e", null],
      ["f", new Map([["0", true]])],
    ]),
  );
  assert.equal(readFrontMatter("# no head", "card"), undefined);
  assert.equal(({} as { polluted?: string }).polluted, undefined);
  readFrontMatter("---\n__proto__:\n  polluted: yes\n---\n", "card");
  assert.equal(({} as { polluted?: string }).polluted, undefined);
  const deep = Array.from({ length: 500 }, (_, i) => `${" ".repeat(i)}a:`).join("\n");
  const aliases = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join("\n");
  for (const [bad, message] of [
    [deep, /nested more than 100 levels/],
    [`a: ${"[".repeat(50_000)}`, /nested more than 100 levels/],
    [`a0: &a0 [x]\n${aliases}`, /alias/],
    ["a: [1, 2", /card: its head is no YAML/],
    ["x".repeat(5_000_000), /5000000 characters/],
  ] as const) {
    assert.throws(() => readFrontMatter(`---\n${bad}\n---\n`, "card"), { name: "DatasetError", message });
  }
});

test("dataFiles: by format, patterns, relative to a folder; parts of splits", async () => {
  const at = folder({ "x/a.csv": csv(1, 2), "x/b.csv": csv(3, 4), "y.csv": csv(5) });
  const dict = await loadDataset<{ n: number }>("csv", {
    dataFiles: { train: path.join(at, "x/*.csv"), validation: [path.join(at, "y.csv")] },
  });
  assert.deepEqual([numbers(dict.train), numbers(dict.validation)], [[1, 2, 3, 4], [5]]);
  const inside = await loadDataset<{ n: number }>(at, { dataFiles: { train: "./x/*.csv", test: "y.csv" } });
  assert.deepEqual([numbers(inside.train), numbers(inside.test)], [[1, 2, 3, 4], [5]]);
  const part = (split: string) =>
    loadDataset<{ n: number }>(at, { dataFiles: { train: "x/*.csv", test: "y.csv" }, split }).then(numbers);
  assert.deepEqual(await part("train[1:3]"), [2, 3]);
  assert.deepEqual(await part("train[:50%]"), [1, 2]);
  assert.deepEqual(await part("train[-1:]+test"), [4, 5]);
  await assert.rejects(part("train[a]"), /split "train\[a\]" is not understood/);
  await assert.rejects(loadDataset(at, { dataFiles: "z.csv" }), /There is no file .*z\.csv/);
  await assert.rejects(loadDataset("csv"), /To read csv files, say which/);
  await assert.rejects(loadDataset("./gone"), /no dataset "\.\/gone" here/);
  const other = folder({ "a.csv": csv(1), "b.csv": "m\n1\n" });
  await assert.rejects(loadDataset(other), /b\.csv has the columns \['m'\], but .*a\.csv has \['n'\]/);
});

test("an https address: downloaded once, asked for again, taken from the cache offline", async () => {
  const requests: string[] = [];
  let content = csv(1, 2);
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.authorization ?? ""}`);
    response.setHeader("etag", `"${content.length}"`);
    response.setHeader("content-length", content.length);
    response.end(request.method === "HEAD" ? undefined : content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env.HF_TOKEN = "hf_secret";
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data/n.csv?download=true`;
    const load = async () => numbers(await loadDataset<{ n: number }>(url, { split: "train" }));
    assert.deepEqual(await load(), [1, 2]);
    assert.deepEqual(await load(), [1, 2]);
    assert.deepEqual(
      requests.map((each) => each.split(" ")[0]),
      ["HEAD", "GET", "HEAD"],
    );
    content = csv(7);
    assert.deepEqual(await load(), [7]);
    assert.ok(requests.every((each) => !each.includes("hf_secret")));
    process.env.HF_HUB_OFFLINE = "1";
    assert.deepEqual(await load(), [7]);
    await assert.rejects(loadDataset(url.replace("n.csv", "m.csv")), /was not downloaded before/);
  } finally {
    delete process.env.HF_HUB_OFFLINE;
    delete process.env.HF_TOKEN;
    server.close();
  }
  await assert.rejects(loadDataset("http://example.org/a.csv"), /only https addresses are read/);
  await assert.rejects(loadDataset("ftp://example.org/a.csv"), DatasetError);
});

test("an address that does not give the file is told in its own words, not in the Hub's", async () => {
  const server = createServer((request, response) => {
    response.statusCode = Number(/\d+/.exec(request.url ?? "")?.[0]);
    response.setHeader("x-error-code", "GatedRepo");
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fails = async (status: number, remedy: RegExp) => {
    const error: unknown = await loadDataset(`http://${host}/${status}.csv`).catch((each: unknown) => each);
    assert.ok(error instanceof DatasetError, String(error));
    assert.ok(error.message.startsWith(`http://${host}/${status}.csv: `), error.message);
    assert.match(error.message, remedy);
    assert.doesNotMatch(error.message, /HF_ENDPOINT|HF_TOKEN|repository|conditions|such thing/);
  };
  setFirstDelay(1);
  try {
    await fails(401, /answered 401: it does not give this to everybody.*Or download the file yourself/);
    await fails(403, /answered 403: it does not give this to everybody/);
    await fails(404, /answered 404: there is no such file. Check the address./);
    await fails(418, /answered 418: this was not expected of a file/);
    await fails(429, /answered 429: too many requests/);
    await fails(500, /answered 500: the server has a problem/);
  } finally {
    server.close();
  }
  await fails(1, /refused the connection.*Check the network and the address/);
  setFirstDelay(500);
});

test("saved datasets are not loaded as files", async () => {
  const at = path.join(root, "saved");
  await new DatasetDict({ train: Dataset.fromDict({ n: [1] }) }).saveToDisk(at);
  await assert.rejects(loadDataset(at), /written by saveToDisk.*Read it with loadFromDisk/);
  assert.ok(readdirSync(at).includes("train") && readFileSync(path.join(at, "dataset_dict.json")).length > 0);
});
