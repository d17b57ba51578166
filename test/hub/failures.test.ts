import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { downloadFile } from "../../lib/src/hub/download-file";
import { repoInfo } from "../../lib/src/hub/repo-info";
import { openSnapshot } from "../../lib/src/hub/snapshot";
import type { ServedRepo } from "./served-repo";
import { allFiles, hubError, hubForTest, noise, temporaryFolder } from "./support";

const TOKEN = "hf_secretSecretSecret";
const files = {
  "config.json": { content: Buffer.from("{}") },
  "model.safetensors": { content: noise(50_000), large: true },
};
const OPEN: ServedRepo = { type: "model", name: "org/open-model", revisions: { main: files, "v1.0": files } };
const GATED: ServedRepo = {
  type: "model",
  name: "org/gated",
  revisions: { main: files },
  gated: { token: TOKEN },
};
const PRIVATE: ServedRepo = {
  type: "model",
  name: "org/private",
  revisions: { main: files },
  private: { token: TOKEN },
};
const repos = [OPEN, GATED, PRIVATE];
const open = { type: "model", name: "org/open-model" } as const;
const gated = { type: "model", name: "org/gated" } as const;

test("401 and 403: gated, private, unknown and wrong tokens", async (context) => {
  const { at } = await hubForTest(context, { repos, tokens: ["hf_somebody"] });
  const ask = (name: string, token: string | false, file = "config.json") =>
    downloadFile({ repo: { type: "model", name }, path: file, ...at, token });
  const conditions =
    /config\.json of model org\/gated: the owner asks people to accept conditions first: http.*org\/gated/;
  await assert.rejects(ask("org/gated", false), hubError("gated", conditions, /HF_TOKEN/));
  await assert.rejects(ask("org/gated", "hf_somebody"), hubError("gated", conditions, /no access yet/));
  await assert.rejects(
    ask("org/private", false),
    hubError("repository-not-found", /If it is private, an access token/),
  );
  await assert.rejects(
    ask("org/private", "hf_somebody"),
    hubError("repository-not-found", /the account of your token/),
  );
  await assert.rejects(
    ask("org/open-model", "hf_wrong"),
    hubError("unauthorized", /does not accept the access token/),
  );
  for (const name of ["org/gated", "org/private"]) {
    for (const file of Object.keys(files)) assert.ok(existsSync(await ask(name, TOKEN, file)));
  }
});

test("the token goes to the Hub alone, whatever redirects say, and into no message", async (context) => {
  const { hub, at } = await hubForTest(context, { repos });
  await downloadFile({ repo: gated, path: "model.safetensors", ...at, token: TOKEN });
  assert.ok(hub.requests.some((line) => line.startsWith("GET storage")));
  hub.requests.forEach((line, i) => {
    assert.equal(hub.authorizations[i], line.includes(" hub ") ? `Bearer ${TOKEN}` : "", line);
  });
  const { hub: other } = await hubForTest(context, { repos });
  hub.faults.push({
    match: /HEAD/,
    status: 302,
    headers: { location: `${other.endpoint}/org/gated/resolve/main/x` },
  });
  hub.faults.push({
    match: /GET/,
    status: 307,
    headers: { location: `${other.endpoint}/org/gated/resolve/main/x` },
  });
  const asked = downloadFile({ repo: gated, path: "config.json", ...at, token: TOKEN });
  await assert.rejects(
    asked,
    (error) => !JSON.stringify(error).includes(TOKEN) && !String(error).includes(TOKEN),
  );
  await assert.rejects(openSnapshot({ repo: open, ...at, cacheDir: `${at.cacheDir}2`, token: TOKEN }));
  assert.ok(other.requests.length > 0);
  assert.deepEqual(new Set(other.authorizations), new Set([""]));
});

test("404: near names of files, revisions and repositories", async (context) => {
  const { at } = await hubForTest(context, { repos });
  await assert.rejects(
    downloadFile({ repo: open, path: "confg.json", ...at }),
    hubError(
      "file-not-found",
      /confg\.json of model org\/open-model: the repository has no such file\. Near names: "config.json"\./,
    ),
  );
  await assert.rejects(
    downloadFile({ repo: open, path: "config.json", revision: "v1", ...at }),
    hubError("revision-not-found", /no such revision\. Near names: "v1\.0"/),
  );
  await assert.rejects(
    repoInfo({ type: "model", name: "org/opne-model" }, at),
    hubError("repository-not-found", /no such repository/),
  );
  await assert.rejects(
    repoInfo({ type: "model", name: "org/open-mdel" }, at),
    hubError("repository-not-found", /Near names: "org\/open-model"/),
  );
  const snapshot = await openSnapshot({ repo: open, ...at });
  await assert.rejects(
    snapshot.download("model.safetensor"),
    hubError("file-not-found", /"model.safetensors"/),
  );
});

test("429 and 5xx are waited out; Retry-After is obeyed, unless it is long", async (context) => {
  const { hub, at } = await hubForTest(context, { repos });
  hub.faults.push({ match: /HEAD/, status: 429, headers: { "retry-after": "0" } });
  hub.faults.push(
    { match: /HEAD/, status: 503 },
    { match: /GET hub/, status: 500 },
    { match: /storage/, status: 504 },
  );
  await downloadFile({ repo: open, path: "model.safetensors", ...at });
  assert.equal(hub.faults.length, 0);

  hub.faults.push({ match: /HEAD/, status: 503, times: 100 });
  const ask = () => downloadFile({ repo: open, path: "config.json", ...at });
  await assert.rejects(
    ask(),
    hubError("server", /config\.json of model org\/open-model: 127\.0\.0\.1:\d+ answered 503/),
  );
  assert.equal(hub.faults[0]!.times, 95);
  hub.faults.length = 0;
  hub.faults.push({ match: /HEAD/, status: 429, headers: { "retry-after": "3600" } });
  await assert.rejects(ask(), hubError("rate-limited", /answered 429: too many requests/));
  hub.faults.push({ match: /HEAD/, status: 429, headers: { ratelimit: '"resolvers";r=0;t=3600' } });
  await assert.rejects(ask(), hubError("rate-limited"));
  const before = Date.now();
  hub.faults.push({ match: /HEAD/, status: 429, headers: { "retry-after": "1" } });
  await ask();
  assert.ok(Date.now() - before >= 990);
});

test("no network, nobody there, silence, a certificate: plain sentences", async (context) => {
  const { hub, at } = await hubForTest(context, { repos });
  const ask = (endpoint: string) => downloadFile({ repo: open, path: "config.json", ...at, endpoint });
  await assert.rejects(
    ask("http://hub.invalid"),
    hubError("network", /there is no network, or no host named hub\.invalid/),
  );
  await hub.close();
  await assert.rejects(
    ask(hub.endpoint),
    hubError("network", /refused the connection \(ECONNREFUSED\).*HF_HUB_OFFLINE/),
  );
});

test("a silent server does not hang us", async (context) => {
  const { hub, at } = await hubForTest(context, { repos });
  const [before, beforeBody] = [process.env.HF_HUB_ETAG_TIMEOUT, process.env.HF_HUB_DOWNLOAD_TIMEOUT];
  process.env.HF_HUB_ETAG_TIMEOUT = process.env.HF_HUB_DOWNLOAD_TIMEOUT = "0.2";
  context.after(() => {
    for (const [key, value] of Object.entries({
      HF_HUB_ETAG_TIMEOUT: before,
      HF_HUB_DOWNLOAD_TIMEOUT: beforeBody,
    })) {
      if (value === undefined) delete process.env[key];
      else process.env[key] = value;
    }
  });
  hub.faults.push({ match: /storage/, stallAfter: 1000, times: 2 });
  await downloadFile({ repo: open, path: "model.safetensors", ...at });
  assert.deepEqual(
    hub.ranges.filter((range) => range !== ""),
    ["bytes=1000-", "bytes=1000-", "bytes=2000-", "bytes=2000-"],
  );
  hub.faults.push({ match: /HEAD/, silent: true, times: 100 });
  const asked = downloadFile({ repo: open, path: "config.json", ...at });
  await assert.rejects(asked, hubError("network", /did not answer within 0\.2 s.*HF_HUB_ETAG_TIMEOUT/));
});

test("an endpoint that is no Hub is named as such", async (context) => {
  const { hub, at, cacheDir } = await hubForTest(context, { repos });
  const ask = () => downloadFile({ repo: open, path: "config.json", ...at });
  hub.faults.push({ match: /HEAD/, status: 200 });
  await assert.rejects(ask(), hubError("server", /no Hub, or a proxy.*HF_ENDPOINT/));
  const evil = { "x-repo-commit": "a".repeat(40), etag: '"../../../evil"' };
  hub.faults.push({ match: /HEAD/, status: 200, headers: evil });
  await assert.rejects(ask(), hubError("server"));
  hub.faults.push({ match: /HEAD/, status: 200, headers: { "x-repo-commit": "../../evil", etag: '"e"' } });
  await assert.rejects(ask(), hubError("server"));
  hub.faults.push({ match: /api/, status: 200 });
  await assert.rejects(openSnapshot({ repo: open, ...at }), hubError("server", /not the Hub's API/));
  hub.faults.push({
    match: /HEAD/,
    status: 302,
    headers: { location: "/org/open-model/resolve/main/config.json" },
    times: 99,
  });
  await assert.rejects(ask(), hubError("server", /redirects more than 10 times/));
  assert.equal(existsSync(cacheDir), false);
});

test("names that would lead out of the cache are refused before anything is asked or written", async (context) => {
  const { hub, at, cacheDir } = await hubForTest(context, { repos });
  for (const file of [
    "../x",
    "a/../../x",
    "/etc/passwd",
    "C:/x",
    "a/C:x",
    "..\\x",
    "\\\\host\\share",
    "a//b",
    "",
    ".",
    "a\0b",
  ]) {
    await assert.rejects(downloadFile({ repo: open, path: file, ...at }), hubError("unsafe-path"));
  }
  for (const revision of ["../../x", "/x", ".."]) {
    await assert.rejects(downloadFile({ repo: open, path: "x", ...at, revision }), hubError("unsafe-path"));
  }
  for (const name of ["../x", "a/b/c", "a--b", "-a", ".a", "a b", "", "a/..", "a.git"]) {
    await assert.rejects(
      downloadFile({ repo: { type: "model", name }, path: "x", ...at }),
      hubError("invalid"),
    );
  }
  assert.deepEqual(hub.requests, []);
  assert.equal(existsSync(cacheDir), false);
});

test(
  "a cache that cannot be written is named, with the remedy",
  { skip: process.getuid?.() === 0 && "root may write anywhere" },
  async (context) => {
    const { at } = await hubForTest(context, { repos });
    const cacheDir = path.join(temporaryFolder(context), "closed");
    mkdirSync(cacheDir, { mode: 0o500 });
    context.after(() => chmodSync(cacheDir, 0o700));
    await assert.rejects(
      downloadFile({ repo: open, path: "config.json", ...at, cacheDir }),
      hubError("cache", /HF_HOME/),
    );
  },
);

test("a file where the cache should be is named, with the remedy", async (context) => {
  const { at, cacheDir } = await hubForTest(context, { repos });
  const first = await downloadFile({ repo: open, path: "config.json", ...at });
  const asked = downloadFile({ repo: open, path: "config.json", ...at, cacheDir: first });
  await assert.rejects(asked, hubError("cache", /the cache cannot be used: .*HF_HOME/));
  assert.ok(allFiles(cacheDir).length > 0);
});
