import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { downloadFile, type DownloadFileOptions } from "../../lib/src/hub/download-file";
import { HOST } from "../../lib/src/hub/lock";
import { type HubServer } from "./hub-server";
import { etagOf, type ServedRepo } from "./served-repo";
import { allFiles, hubError, hubForTest, noise } from "./support";

const SIZE = 400_000;
const WEIGHTS = { content: noise(SIZE), large: true };
const SMALL = { content: noise(20_000, 2) };
const REPO: ServedRepo = {
  type: "model",
  name: "org/tiny",
  revisions: { main: { "model.safetensors": WEIGHTS, "vocab.txt": SMALL } },
};
const repo = { type: "model", name: "org/tiny" } as const;
const large = { repo, path: "model.safetensors" };

/** The file is right, and nothing but it is in the cache. */
function checkWhole(found: string, cacheDir: string, served = WEIGHTS): void {
  assert.ok(readFileSync(found).equals(served.content));
  const blobs = path.join(cacheDir, "models--org--tiny/blobs");
  assert.deepEqual(readdirSync(blobs), [etagOf(served)]);
  assert.deepEqual(allFiles(path.join(cacheDir, ".locks")), []);
}

test("broken off at 50 points, given up, and asked for again", async (context) => {
  const random = noise(47 * 3, 3);
  const points = [0, 1, SIZE - 1];
  for (let i = 0; i < 47; i++) points.push(random.readUIntBE(3 * i, 3) % SIZE);
  const { hub, at } = await hubForTest(context, { repos: [REPO] });
  let resumed = 0;
  for (const [i, point] of points.entries()) {
    const cacheDir = path.join(at.cacheDir, String(i));
    const request = { ...large, ...at, cacheDir };
    hub.faults.push({ match: /storage/, breakAfter: point }, { match: /storage/, breakAfter: 0, times: 4 });
    await assert.rejects(downloadFile(request), hubError("network", /bytes in: the connection to .* broke/));
    assert.equal(hub.faults.length, 0);
    assert.equal(existsSync(path.join(cacheDir, "models--org--tiny/snapshots")), false);
    checkWhole(await downloadFile(request), cacheDir);
    const start = Number(/^bytes=(\d+)-$/.exec(hub.ranges.at(-1)!)?.[1] ?? 0);
    assert.ok(start <= point);
    if (start > 0) resumed++;
  }
  assert.ok(resumed >= 40, `${resumed} of 50 went on where they had stopped`);
});

test("broken off again and again within one call", async (context) => {
  const { hub, at, cacheDir } = await hubForTest(context, { repos: [REPO] });
  hub.faults.push({ match: /storage/, breakAfter: 30_000, times: 10 });
  checkWhole(await downloadFile({ ...large, ...at }), cacheDir);
  hub.faults.push({ match: /resolve-cache.*vocab/, breakAfter: 7_000, times: 2 });
  assert.deepEqual(readFileSync(await downloadFile({ repo, path: "vocab.txt", ...at })), SMALL.content);
});

test("a server that knows no ranges, or another size: from the start", async (context) => {
  const { hub, at, cacheDir } = await hubForTest(context, { repos: [REPO] });
  hub.faults.push({ match: /storage/, breakAfter: 30_000 }, { match: /storage/, ignoreRange: true });
  checkWhole(await downloadFile({ ...large, ...at }), cacheDir);
  rmSync(cacheDir, { recursive: true });
  // Of unknown size, and more is there than the whole: the server answers 416.
  hub.faults.push({ match: /HEAD/, without: ["x-linked-size"] });
  leave(cacheDir, Buffer.alloc(SIZE + 5));
  checkWhole(await downloadFile({ ...large, ...at }), cacheDir);
});

/** What an earlier download has left. */
function leave(cacheDir: string, content: Buffer, owner = "resume"): string {
  const blob = path.join(cacheDir, "models--org--tiny/blobs", etagOf(WEIGHTS));
  mkdirSync(path.dirname(blob), { recursive: true });
  writeFileSync(`${blob}.${owner}.incomplete`, content);
  return `${blob}.${owner}.incomplete`;
}

test("a wrong digest: once from the start, then an error, and nothing is kept", async (context) => {
  const { hub, at, cacheDir } = await hubForTest(context, { repos: [REPO] });
  leave(cacheDir, noise(1000, 9));
  checkWhole(await downloadFile({ ...large, ...at }), cacheDir);
  leave(cacheDir, noise(SIZE, 9));
  checkWhole(await downloadFile({ ...large, ...at, forceDownload: true }), cacheDir);
  rmSync(cacheDir, { recursive: true });

  hub.faults.push({ match: /storage/, body: noise(SIZE, 9), times: 2 });
  const says =
    /model\.safetensors of model org\/tiny: what arrived is not the file: its digest is [0-9a-f]{64}/;
  await assert.rejects(downloadFile({ ...large, ...at }), hubError("damaged", says));
  assert.deepEqual(readdirSync(path.join(cacheDir, "models--org--tiny/blobs")), []);
  hub.faults.push({ match: /resolve-cache/, body: noise(20_000, 9), times: 4 });
  const vocabulary = { repo, path: "vocab.txt", ...at };
  hub.faults[0]!.match = /GET hub .*resolve-cache/;
  await assert.rejects(downloadFile(vocabulary), hubError("damaged", /digest is [0-9a-f]{40}, the Hub says/));
  hub.faults.length = 0;
  hub.faults.push({ match: /storage/, body: noise(SIZE + 1, 9) });
  await assert.rejects(
    downloadFile({ ...large, ...at }),
    hubError("damaged", /sends more than its 400000 bytes/),
  );
  checkWhole(await downloadFile({ ...large, ...at }), cacheDir);
});

function start(context: TestContext, options: DownloadFileOptions, environment = {}): ChildProcess {
  const script = path.join(__dirname, "download-process.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, JSON.stringify(options)], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  context.after(() => child.kill("SIGKILL"));
  return child;
}

async function resultOf(child: ChildProcess): Promise<string> {
  let printed = "";
  child.stdout!.on("data", (text: Buffer) => (printed += text.toString()));
  const [code] = (await once(child, "close")) as [number];
  assert.equal(code, 0);
  return printed.trim();
}

/** Waits until something has come true. */
async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; !condition(); i++) {
    if (i > 2000) throw new Error("it did not come true within 40 s");
    await sleep(20);
  }
}

/** Sizes of what is under way in a cache. */
function arrived(cacheDir: string): number[] {
  const blobs = path.join(cacheDir, "models--org--tiny/blobs");
  if (!existsSync(blobs)) return [];
  const names = readdirSync(blobs).filter((name) => name.endsWith(".incomplete"));
  return names.map((name) => statSync(path.join(blobs, name)).size);
}

async function killAt(
  context: TestContext,
  hub: HubServer,
  request: DownloadFileOptions,
  point: number,
): Promise<void> {
  hub.faults.push({ match: /storage/, stallAfter: point });
  const child = start(context, request);
  await until(() => arrived(request.cacheDir!).includes(point));
  child.kill("SIGKILL");
  await once(child, "close");
}

test("a process killed in the middle: the next call goes on where it was", async (context) => {
  const { hub, at } = await hubForTest(context, { repos: [REPO] });
  const points = [1, 123_457, SIZE - 1];
  for (const [i, point] of points.entries()) {
    const cacheDir = path.join(at.cacheDir, String(i));
    const request = { ...large, ...at, cacheDir };
    await killAt(context, hub, request, point);
    assert.equal(allFiles(path.join(cacheDir, ".locks")).length, 1); // the lock of the dead
    checkWhole(await downloadFile(request), cacheDir);
    assert.equal(hub.ranges.at(-1), `bytes=${point}-`);
  }
});

test("three processes and three calls in this one ask at once: one download", async (context) => {
  const { hub, at, cacheDir } = await hubForTest(context, { repos: [REPO] });
  const request = { ...large, ...at };
  hub.faults.push({ match: /storage/, breakAfter: 30_000, times: 3 });
  const found = await Promise.all([
    ...[1, 2, 3].map(() => resultOf(start(context, request))),
    ...[1, 2, 3].map(() => downloadFile(request)),
  ]);
  assert.equal(new Set(found).size, 1);
  checkWhole(found[0]!, cacheDir);
  assert.equal(hub.requests.filter((line) => /storage/.test(line)).length, 4);
});

test("two at work on the same file without a lock between them do not spoil it", async (context) => {
  const { hub, at, cacheDir } = await hubForTest(context, { repos: [REPO] });
  const request = { ...large, ...at };
  hub.faults.push({ match: /storage/, stallAfter: 100_000 });
  const child = start(context, request, { HF_HUB_DOWNLOAD_TIMEOUT: "2" });
  const result = resultOf(child);
  await until(() => arrived(cacheDir).includes(100_000));
  rmSync(path.join(cacheDir, ".locks"), { recursive: true });
  const found = await downloadFile(request);
  assert.ok(readFileSync(found).equals(WEIGHTS.content));
  assert.equal(await result, found);
  checkWhole(found, cacheDir);
});

test("what a dead process left is taken over, the longest first; what a living one has is not", async (context) => {
  const { hub, at, cacheDir } = await hubForTest(context, { repos: [REPO] });
  const dead = spawnSync(process.execPath, ["-e", ""]);
  leave(cacheDir, WEIGHTS.content.subarray(0, 10), `${HOST}-${dead.pid}-00000001`);
  leave(cacheDir, WEIGHTS.content.subarray(0, 1000), `${HOST}-${dead.pid}-00000002`);
  const alive = [
    leave(cacheDir, WEIGHTS.content.subarray(0, 2000), `${HOST}-${process.ppid}-00000003`),
    leave(cacheDir, WEIGHTS.content.subarray(0, 3000), "elsewhere-1-00000004"),
    leave(cacheDir, WEIGHTS.content.subarray(0, 4000), "abcdef01"), // Python's
  ];
  const found = await downloadFile({ ...large, ...at });
  assert.equal(hub.ranges.at(-1), "bytes=1000-");
  for (const file of alive) assert.ok(existsSync(file));
  for (const file of alive) rmSync(file);
  checkWhole(found, cacheDir);
});
