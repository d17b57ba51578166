import assert from "node:assert/strict";
import { lstatSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { downloadFile } from "../../lib/src/hub/download-file";
import { commitOf, etagOf, type ServedRepo } from "./served-repo";
import { allFiles, hubForTest, noise } from "./support";

const WEIGHTS = { content: noise(300_000), large: true };
const CONFIG = { content: Buffer.from('{"model_type": "bert"}\n') };
const REPO: ServedRepo = {
  type: "model",
  name: "org/tiny",
  revisions: {
    main: {
      "config.json": CONFIG,
      "weights/model.safetensors": WEIGHTS,
      empty: { content: Buffer.alloc(0) },
    },
  },
};
const repo = { type: "model", name: "org/tiny" } as const;

test("a small and a large file appear in Python's layout", async (context) => {
  const { hub, cacheDir, at } = await hubForTest(context, { repos: [REPO] });
  const commit = commitOf(REPO, "main");
  for (const [file, served] of Object.entries(REPO.revisions.main!)) {
    const found = await downloadFile({ repo, path: file, ...at });
    assert.equal(found, path.join(cacheDir, "models--org--tiny/snapshots", commit, file));
    assert.deepEqual(readFileSync(found), served.content);
    assert.equal(lstatSync(found).isSymbolicLink(), true);
    assert.equal(path.basename(readlinkSync(found)), etagOf(served));
    assert.equal(path.isAbsolute(readlinkSync(found)), false);
  }
  assert.equal(readFileSync(path.join(cacheDir, "models--org--tiny/refs/main"), "utf8"), commit);
  assert.deepEqual(
    allFiles(cacheDir),
    [
      "CACHEDIR.TAG",
      ...Object.values(REPO.revisions.main!).map((file) => `models--org--tiny/blobs/${etagOf(file)}`),
      "models--org--tiny/refs/main",
      ...Object.keys(REPO.revisions.main!).map((file) => `models--org--tiny/snapshots/${commit}/${file}`),
    ].sort(),
  );
  assert.ok(
    hub.requests.includes(
      `GET storage /${etagOf(WEIGHTS)}?response-content-disposition=attachment&Expires=1999999999&Signature=c2lnbmVk`,
    ),
  );
});

test("a second time only the version is asked for; by commit, and offline, nothing", async (context) => {
  const { hub, at } = await hubForTest(context, { repos: [REPO] });
  const file = "weights/model.safetensors";
  const first = await downloadFile({ repo, path: file, ...at });
  hub.requests.length = 0;
  assert.equal(await downloadFile({ repo, path: file, ...at }), first);
  assert.deepEqual(hub.requests, ["HEAD hub /org/tiny/resolve/main/weights/model.safetensors"]);
  hub.requests.length = 0;
  assert.equal(await downloadFile({ repo, path: file, ...at, revision: commitOf(REPO, "main") }), first);
  assert.equal(await downloadFile({ repo, path: file, ...at, localFilesOnly: true }), first);
  assert.deepEqual(hub.requests, []);
});

test("a blob of the wrong size is downloaded again; forceDownload downloads in any case", async (context) => {
  const { hub, at } = await hubForTest(context, { repos: [REPO] });
  const first = await downloadFile({ repo, path: "config.json", ...at });
  writeFileSync(first, "{");
  assert.deepEqual(readFileSync(await downloadFile({ repo, path: "config.json", ...at })), CONFIG.content);
  writeFileSync(first, Buffer.alloc(CONFIG.content.length));
  const again = await downloadFile({ repo, path: "config.json", ...at, forceDownload: true });
  assert.deepEqual(readFileSync(again), CONFIG.content);
  assert.equal(hub.requests.filter((line) => line.startsWith("GET hub /api/resolve-cache")).length, 3);
});
