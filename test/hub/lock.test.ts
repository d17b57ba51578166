import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { HOST, SILENT_MS, withLock } from "../../lib/src/hub/lock";
import { temporaryFolder } from "./support";

test("one at a time, and the file is gone afterwards, also after a failure", async (context) => {
  const file = path.join(temporaryFolder(context), "a.lock");
  let inside = 0;
  const work = (fails: boolean) =>
    withLock(file, async () => {
      assert.equal(++inside, 1);
      assert.ok(existsSync(file));
      await sleep(20);
      inside--;
      if (fails) throw new Error("work failed");
    });
  const results = await Promise.allSettled([work(false), work(true), work(false)]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.equal(existsSync(file), false);
});

test("the lock of a dead process, and a silent one of another machine, are taken over", async (context) => {
  const file = path.join(temporaryFolder(context), "a.lock");
  const dead = spawnSync(process.execPath, ["-e", ""]).pid;
  writeFileSync(file, `${HOST} ${dead} 0123`);
  assert.equal(await withLock(file, () => Promise.resolve("done")), "done");
  writeFileSync(file, "elsewhere 1 0123");
  const silent = new Date(Date.now() - SILENT_MS - 1000);
  utimesSync(file, silent, silent);
  assert.equal(await withLock(file, () => Promise.resolve("done")), "done");
});

test("the lock of a living process is waited for", async (context) => {
  const file = path.join(temporaryFolder(context), "a.lock");
  for (const mark of [`${HOST} ${process.ppid} 0123`, "elsewhere 1 0123", ""]) {
    writeFileSync(file, mark);
    let done = false;
    const waiting = withLock(file, () => Promise.resolve((done = true)));
    await sleep(250);
    assert.equal(done, false);
    rmSync(file);
    await waiting;
  }
});
