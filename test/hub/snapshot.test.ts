import assert from "node:assert/strict";
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { downloadFile } from "../../lib/src/hub/download-file";
import { listFiles } from "../../lib/src/hub/list-files";
import { repoInfo } from "../../lib/src/hub/repo-info";
import { downloadSnapshot, openSnapshot } from "../../lib/src/hub/snapshot";
import { matches } from "../../lib/src/hub/wanted-files";
import { setProgressReporter } from "../../lib/src/progress";
import { commitOf, etagOf, type ServedFile, type ServedRepo } from "./served-repo";
import { allFiles, hubError, hubForTest, noise } from "./support";

const parquet = (seed: number): ServedFile => ({ content: noise(30_000, seed), large: true });
const glue = (): ServedRepo => ({
  type: "dataset",
  name: "nyu-mll/glue",
  aliases: ["glue"],
  revisions: {
    main: {
      "README.md": { content: Buffer.from("# GLUE\n") },
      "sst2/train-00000-of-00001.parquet": parquet(1),
      "sst2/validation-00000-of-00001.parquet": parquet(2),
      "cola/train-00000-of-00001.parquet": parquet(3),
      "odd name #1?.txt": { content: Buffer.from("x") },
    },
    "refs/convert/parquet": { "sst2/train/0000.parquet": parquet(4) },
  },
});
const repo = { type: "dataset", name: "nyu-mll/glue" } as const;

function quiet(context: TestContext): string[] {
  const warnings: string[] = [];
  context.mock.method(console, "warn", (text: string) => warnings.push(text));
  return warnings;
}

test("a listing of several pages, whole and of a folder; branches with slashes; short names", async (context) => {
  const served = glue();
  const { hub, at } = await hubForTest(context, { repos: [served], pageSize: 2 });
  const all = await listFiles(repo, "main", "", at);
  const expected = Object.entries(served.revisions.main!).map(([path, file]) => ({
    path,
    size: file.content.length,
    etag: etagOf(file),
  }));
  assert.deepEqual(
    all,
    expected.sort((a, b) => (a.path < b.path ? -1 : 1)),
  );
  assert.equal(hub.requests.length, 3);
  assert.deepEqual(
    (await listFiles(repo, "main", "cola", at)).map(({ path }) => path),
    ["cola/train-00000-of-00001.parquet"],
  );
  assert.equal(
    (await listFiles({ type: "dataset", name: "glue" }, "refs/convert/parquet", "", at)).length,
    1,
  );
  await assert.rejects(listFiles(repo, "main", "sst3", at), hubError("file-not-found"));
  assert.deepEqual(await repoInfo({ type: "dataset", name: "glue" }, at), {
    name: "nyu-mll/glue",
    commit: commitOf(served, "main"),
    private: false,
    gated: false,
  });
});

test("a listing with a path that leads out is refused, and nothing is written outside the cache", async (context) => {
  for (const evil of ["../evil", "a/../../evil", "/evil", "C:\\evil", "a/C:evil", "..\\evil"]) {
    const served = glue();
    served.revisions.main![evil] = { content: Buffer.from("evil") };
    const { at, cacheDir } = await hubForTest(context, { repos: [served] });
    const refused = hubError("unsafe-path", /no path inside a repository/);
    await assert.rejects(listFiles(repo, "main", "", at), refused);
    await assert.rejects(downloadSnapshot({ repo, ...at }), refused);
    assert.equal(existsSync(cacheDir), false);
    assert.deepEqual(allFiles(path.dirname(cacheDir)), []);
  }
});

test("a listing whose digests lead out, or which never ends, is refused", async (context) => {
  for (const large of [true, false]) {
    const served = glue();
    served.revisions.main!["evil.txt"] = { content: Buffer.from("evil"), large, listedAs: "../../../evil" };
    const { hub, at, cacheDir } = await hubForTest(context, { repos: [served], pageSize: 2 });
    await assert.rejects(downloadSnapshot({ repo, ...at }), hubError("unsafe-path", /evil\.txt/));
    delete served.revisions.main!["evil.txt"];
    const link = `<${hub.endpoint}/api/datasets/nyu-mll/glue/tree/main?recursive=true>; rel="next"`;
    hub.faults.push({
      match: /cursor/,
      status: 200,
      headers: { link },
      json: [{ type: "file", path: "a", size: 1, oid: "b" }],
    });
    await assert.rejects(listFiles(repo, "main", "", at), hubError("server", /README\.md twice/));
    assert.equal(existsSync(cacheDir), false);
  }
});

test("files that match are downloaded, and no others", async (context) => {
  const served = glue();
  const { hub, at } = await hubForTest(context, { repos: [served] });
  const folder = await downloadSnapshot({
    repo,
    ...at,
    allowPatterns: ["sst2/*"],
    ignorePatterns: ["*train*"],
  });
  assert.deepEqual(allFiles(folder), ["sst2/validation-00000-of-00001.parquet"]);
  await downloadSnapshot({ repo, ...at });
  assert.deepEqual(allFiles(folder), Object.keys(served.revisions.main!).sort());
  const storage = () => hub.requests.filter((line) => line.includes("storage")).length;
  assert.equal(storage(), 3);
  hub.requests.length = 0;
  assert.equal(await downloadSnapshot({ repo, ...at }), folder);
  assert.equal(hub.requests.length, 1); // which commit main is
  hub.requests.length = 0;
  await downloadSnapshot({ repo, ...at, revision: commitOf(served, "main") });
  await downloadSnapshot({ repo, ...at, localFilesOnly: true });
  assert.deepEqual((await listFiles(repo, "main", "cola", { ...at, localFilesOnly: true })).length, 1);
  assert.deepEqual(hub.requests, []);
  const none = downloadSnapshot({ repo, ...at, allowPatterns: ["*.csv"] });
  await assert.rejects(none, hubError("file-not-found", /no file matches \*\.csv\. It has: README\.md/));
  const converted = await downloadSnapshot({ repo, ...at, revision: "refs/convert/parquet" });
  assert.deepEqual(allFiles(converted), ["sst2/train/0000.parquet"]);
});

test("a new commit: only what has changed is downloaded; the old one stays", async (context) => {
  const served = glue();
  const { hub, at } = await hubForTest(context, { repos: [served] });
  const before = await downloadSnapshot({ repo, ...at });
  const old = commitOf(served, "main");
  served.revisions.main = { ...served.revisions.main, "README.md": { content: Buffer.from("# GLUE 2\n") } };
  served.revisions.old = glue().revisions.main!;
  hub.requests.length = 0;
  const after = await downloadSnapshot({ repo, ...at });
  assert.notEqual(after, before);
  assert.equal(hub.requests.filter((line) => /resolve/.test(line)).length, 2);
  assert.equal(readFileSync(path.join(after, "README.md"), "utf8"), "# GLUE 2\n");
  assert.equal(readFileSync(path.join(before, "README.md"), "utf8"), "# GLUE\n");
  assert.equal(await downloadSnapshot({ repo, ...at, revision: old, localFilesOnly: true }), before);
});

test("when the Hub cannot be asked, the cache answers, with a warning; offline it does so silently", async (context) => {
  const warnings = quiet(context);
  const served = glue();
  const { hub, at } = await hubForTest(context, { repos: [served] });
  const file = "sst2/train-00000-of-00001.parquet";
  const first = await downloadFile({ repo, path: file, ...at });
  await hub.close();
  const snapshot = await openSnapshot({ repo, ...at });
  assert.deepEqual(snapshot.files, [file]);
  assert.equal(await snapshot.download(file), first);
  assert.equal(await downloadFile({ repo, path: file, ...at }), first);
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0]!,
    /refused the connection.*What was downloaded of dataset nyu-mll\/glue before is used/,
  );
  const missing = /README\.md of dataset nyu-mll\/glue is not in the cache/;
  await assert.rejects(
    snapshot.download("README.md"),
    hubError("network", missing, /refused the connection/),
  );
  const offline = await openSnapshot({ repo, ...at, localFilesOnly: true });
  await assert.rejects(offline.download("README.md"), hubError("offline", missing, /HF_HUB_OFFLINE/));
  await assert.rejects(offline.download("../../../../outside"), hubError("unsafe-path"));
  const unknown = { repo: { type: "model", name: "nobody/knows" }, ...at, localFilesOnly: true } as const;
  await assert.rejects(openSnapshot(unknown), hubError("offline", /model nobody\/knows is not in the cache/));
  assert.equal(warnings.length, 1);
});

test("what Python has downloaded is used", async (context) => {
  const served = glue();
  const { hub, at, cacheDir } = await hubForTest(context, { repos: [served] });
  const folder = path.join(cacheDir, "datasets--nyu-mll--glue");
  const commit = commitOf(served, "main");
  const file = "sst2/train-00000-of-00001.parquet";
  const content = served.revisions.main![file]!;
  mkdirSync(path.join(folder, "blobs"), { recursive: true });
  mkdirSync(path.join(folder, "refs"));
  mkdirSync(path.join(folder, "snapshots", commit, "sst2"), { recursive: true });
  writeFileSync(path.join(folder, "refs/main"), commit);
  writeFileSync(path.join(folder, "blobs", etagOf(content)), content.content);
  symlinkSync(`../../../blobs/${etagOf(content)}`, path.join(folder, "snapshots", commit, file));
  const expected = path.join(folder, "snapshots", commit, file);
  assert.equal(await downloadFile({ repo, path: file, ...at, localFilesOnly: true }), expected);
  assert.equal(await downloadFile({ repo, path: file, ...at }), expected);
  assert.equal(await (await openSnapshot({ repo, ...at })).download(file), expected);
  assert.equal(
    hub.requests.some((line) => /GET .*resolve|storage/.test(line)),
    false,
  );
  // A link whose blob is gone is made good.
  rmSync(path.join(folder, "blobs", etagOf(content)));
  assert.deepEqual(readFileSync(await downloadFile({ repo, path: file, ...at })), content.content);
});

test("where links cannot be made, files stand in their place", async (context) => {
  process.env.HF_HUB_DISABLE_SYMLINKS = "1";
  context.after(() => delete process.env.HF_HUB_DISABLE_SYMLINKS);
  const served = glue();
  const { at } = await hubForTest(context, { repos: [served] });
  const folder = await downloadSnapshot({ repo, ...at });
  for (const [file, { content }] of Object.entries(served.revisions.main!)) {
    assert.equal(lstatSync(path.join(folder, file)).isFile(), true);
    assert.deepEqual(readFileSync(path.join(folder, file)), content);
  }
});

test("a download shows a bar", async (context) => {
  const shown: string[] = [];
  setProgressReporter(({ label, total, unit }) => ({
    update: (done) => shown.push(`${label} ${done}/${total} ${unit}`),
    finish: () => shown.push("end"),
  }));
  context.after(() => setProgressReporter());
  const { at } = await hubForTest(context, { repos: [glue()] });
  await downloadFile({ repo, path: "sst2/train-00000-of-00001.parquet", ...at });
  assert.deepEqual(shown.slice(-2), ["train-00000-of-00001.parquet 30/30 kB", "end"]);
});

test("patterns are Python's", () => {
  assert.ok(matches("a/b/c.parquet", "*.parquet"));
  assert.ok(matches("a/b/c.parquet", "a/"));
  assert.ok(matches("a/b.txt", "a/?.txt"));
  assert.ok(matches("a1.txt", "a[0-9].txt"));
  assert.ok(!matches("a1.txt", "a[!0-9].txt"));
  assert.ok(!matches("axtxt", "a.txt"));
  assert.ok(!matches("ba", "a"));
  assert.ok(matches("a+(b)", "a+(b)"));
});
