/** Servers that never come to an end, ask for long waits, or want what is not theirs; and links in the cache. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import { DatasetError, type HubError } from "../../lib/src/errors";
import { downloadFile } from "../../lib/src/hub/download-file";
import { listFiles } from "../../lib/src/hub/list-files";
import { setFirstDelay } from "../../lib/src/hub/request";
import { hubSettings } from "../../lib/src/hub/settings";
import { etagOf, type ServedRepo } from "./served-repo";
import { hubError, hubForTest, noise, temporaryFolder } from "./support";

const WEIGHTS = { content: noise(400_000), large: true };
const REPO: ServedRepo = {
  type: "model",
  name: "org/tiny",
  revisions: { main: { "model.safetensors": WEIGHTS, "config.json": { content: Buffer.from("{}") } } },
};
const repo = { type: "model", name: "org/tiny" } as const;
const large = { repo, path: "model.safetensors" };

async function serve(context: TestContext, listener: RequestListener): Promise<string> {
  setFirstDelay(1);
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Sets a variable of the environment until the test ends. */
function setVariable(context: TestContext, name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  context.after(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
}

test("a server that breaks off and then knows no range, again and again", async (context) => {
  const { hub, at } = await hubForTest(context, { repos: [REPO] });
  for (let i = 0; i < 100; i++)
    hub.faults.push({ match: /storage/, breakAfter: 100_000 }, { match: /storage/, status: 416 });
  await assert.rejects(
    downloadFile({ ...large, ...at }),
    hubError("server", /breaks off and does not go on where it did, again and again/),
  );
});

test("a listing of pages without end, with files or without", async (context) => {
  const { hub, at } = await hubForTest(context, { repos: [REPO] });
  const link = `<${hub.endpoint}/api/models/org/tiny/tree/main?cursor=more>; rel="next"`;
  const entry = { type: "directory", path: "a", size: 0, oid: "0".repeat(40) };
  for (const json of [[], [entry]]) {
    hub.faults.push({ match: /tree/, status: 200, headers: { link }, json, times: Infinity });
    await assert.rejects(
      listFiles(repo, "main", "", at),
      hubError("server", /has sent 1000 pages of an answer, and there are still more/),
    );
    hub.faults.length = 0;
  }
});

test("an answer of the API without end", async (context) => {
  const host = await serve(context, (_, response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(2 ** 20, " ")));
    };
    response.on("drain", more);
    more();
  });
  await assert.rejects(
    listFiles(repo, "main", "", {
      endpoint: `http://${host}`,
      cacheDir: temporaryFolder(context),
      token: false,
    }),
    hubError("server", /sends more than 64 MB as an answer/),
  );
});

test("bodies that trickle, a byte before each time-out", async (context) => {
  setVariable(context, "HF_HUB_DOWNLOAD_TIMEOUT", "0.05");
  const host = await serve(context, (request, response) => {
    if (request.method === "HEAD") {
      response.end();
      return;
    }
    const timer = setInterval(() => response.write("x"), 10);
    response.on("close", () => clearInterval(timer));
  });
  const at = { endpoint: `http://${host}`, cacheDir: temporaryFolder(context), token: false } as const;
  await assert.rejects(listFiles(repo, "main", "", at), hubError("network", /did not answer within/));
  setVariable(context, "HF_DATASETS_CACHE", temporaryFolder(context));
  await assert.rejects(
    loadDataset(`http://${host}/a.csv`),
    /a\.csv, \d+ bytes in: 127.* did not answer within/,
  );
});

test("a wait of minutes is announced, and Ctrl-C ends it", async (context) => {
  const { hub, at } = await hubForTest(context, { repos: [REPO] });
  hub.faults.push({ match: /HEAD/, status: 429, headers: { "retry-after": "150" } });
  const script = path.join(__dirname, "download-process.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, JSON.stringify({ ...large, ...at })]);
  context.after(() => child.kill("SIGKILL"));
  let said = "";
  await new Promise<void>((resolve) => {
    child.stderr.on("data", (text: Buffer) => {
      said += text.toString();
      if (said.includes("Ctrl-C")) resolve();
    });
  });
  assert.match(said, /answered 429 and asks to wait 2 min 30 s\. An interrupt \(Ctrl-C\) gives up\./);
  child.kill("SIGINT");
  const [code] = (await once(child, "close")) as [number];
  assert.equal(code, 1);
  assert.match(said, /interrupted while waiting for 127\.0\.0\.1:\d+, which answered 429/);
});

test("a login in an address goes to its server alone, and is never printed", async (context) => {
  setVariable(context, "HF_DATASETS_CACHE", temporaryFolder(context));
  const seen: string[] = [];
  const other = await serve(context, (request, response) => {
    seen.push(`other ${request.headers.authorization ?? ""}`);
    response.end("n\n2\n");
  });
  const host = await serve(context, (request, response) => {
    seen.push(`first ${request.headers.authorization ?? ""}`);
    response.statusCode = request.url?.startsWith("/gone")
      ? 404
      : request.url?.startsWith("/away")
        ? 302
        : 200;
    if (response.statusCode === 302) response.setHeader("location", `http://me:hunter2@${other}/b.csv`);
    response.end(request.url?.startsWith("/other") ? "m\n1\n" : "n\n1\n");
  });
  const basic = `Basic ${Buffer.from("me:hunter2").toString("base64")}`;
  const address = (name: string) => `http://me:hunter2@${host}/${name}?token=hunter2`;
  assert.deepEqual([...(await loadDataset(address("a.csv"), { split: "train" }))], [{ n: 1 }]);
  assert.deepEqual(seen, [`first ${basic}`, `first ${basic}`]);
  seen.length = 0;
  assert.deepEqual([...(await loadDataset(address("away.csv"), { split: "train" }))], [{ n: 2 }]);
  assert.deepEqual(new Set(seen), new Set([`first ${basic}`, "other "]));

  const silent = (error: unknown) => {
    assert.ok(error instanceof DatasetError || (error as HubError).name === "HubError", String(error));
    const all = [(error as Error).message, (error as Error).stack, String((error as Error).cause)].join();
    assert.doesNotMatch(all, /hunter2/);
    return true;
  };
  for (const bad of ["gone.csv", "gone.xyz"]) await assert.rejects(loadDataset(address(bad)), silent);
  const both = [address("a.csv"), address("other.csv")];
  await assert.rejects(loadDataset("csv", { dataFiles: both }), silent);
  await assert.rejects(loadDataset("csv", { dataFiles: [address("a.csv")], split: "none" }), silent);
  await assert.rejects(loadDataset("http://me:hunter2@example.org/a.csv"), silent);
  await assert.rejects(loadDataset("https://me:hunter2@exa mple.org/a.csv"), silent);
  await assert.rejects(loadDataset("https://me:hunter2@127.0.0.1:1/a.csv"), silent);
  for (const endpoint of ["https://me:hunter2@hub.example", "ftp://me:hunter2@hub.example"]) {
    assert.throws(() => hubSettings({ endpoint }), silent);
  }
});

test("what lies where a download goes on is no link to somewhere else", async (context) => {
  const { at, cacheDir } = await hubForTest(context, { repos: [REPO] });
  const blobs = path.join(cacheDir, "models--org--tiny/blobs");
  mkdirSync(blobs, { recursive: true });
  for (const [i, link] of [symlinkSync, linkSync].entries()) {
    const outside = path.join(temporaryFolder(context), "outside");
    writeFileSync(outside, "mine");
    link(outside, path.join(blobs, `${etagOf(WEIGHTS)}.resume.incomplete`));
    const found = await downloadFile({ ...large, ...at, forceDownload: i > 0 });
    assert.ok(readFileSync(found).equals(WEIGHTS.content));
    assert.equal(readFileSync(outside, "utf8"), "mine");
  }
});
