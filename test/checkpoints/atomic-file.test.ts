import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import test from "node:test";
import { writeFileAtomic } from "../../lib/src/checkpoints/atomic-file";
import { recoverInterruptedWrites, temporaryPath } from "../../lib/src/checkpoints/temporaries";
import { checkpointError, temporaryFolder } from "./support";

/** No process has it: Linux numbers them below 2^22. */
const DEAD_PID = 2 ** 22 + 1;

/** The name that a writer with another process number would have used. */
function leaving(target: string, kind: "tmp" | "old", pid: number, host?: string): string {
  const ours = temporaryPath(target, kind).replace(`.${process.pid}.`, `.${pid}.`);
  return host === undefined
    ? ours
    : ours.replace(
        hostname()
          .replace(/[^\w-]/g, "-")
          .slice(0, 40),
        host,
      );
}

test("text, bytes and pieces are written, folders made, and nothing else left", async (context) => {
  const folder = path.join(temporaryFolder(context), "a", "b");
  const file = path.join(folder, "file");
  await writeFileAtomic(file, "é\n");
  assert.equal(readFileSync(file, "utf8"), "é\n");
  await writeFileAtomic(file, Uint8Array.of(1, 2));
  assert.deepEqual([...readFileSync(file)], [1, 2]);
  await writeFileAtomic(file, [Uint8Array.of(3), new Uint8Array(0), Uint8Array.of(4, 5)]);
  assert.deepEqual([...readFileSync(file)], [3, 4, 5]);
  assert.deepEqual(readdirSync(folder), ["file"]);
});

test("a write that fails leaves the old content and no temporary file", async (context) => {
  const folder = temporaryFolder(context);
  const file = path.join(folder, "file");
  await writeFileAtomic(file, "old");
  function* failing(): Generator<Uint8Array> {
    yield Uint8Array.of(1);
    throw new Error("disk full");
  }
  await assert.rejects(
    writeFileAtomic(file, failing()),
    checkpointError(/file: cannot be written: disk full/),
  );
  assert.equal(readFileSync(file, "utf8"), "old");
  assert.deepEqual(readdirSync(folder), ["file"]);
  mkdirSync(path.join(folder, "taken"));
  writeFileSync(path.join(folder, "taken", "x"), "");
  await assert.rejects(
    writeFileAtomic(path.join(folder, "taken"), "x"),
    checkpointError(/taken: cannot be written/),
  );
  await assert.rejects(writeFileAtomic(path.join(file, "below"), "x"), checkpointError(/cannot be written/));
  assert.deepEqual(readdirSync(folder).sort(), ["file", "taken"]);
});

test("writers at the same time leave one whole content", async (context) => {
  const folder = temporaryFolder(context);
  const file = path.join(folder, "file");
  const contents = Array.from({ length: 20 }, (_, i) => String(i).repeat(10_000));
  await Promise.all(contents.map((content) => writeFileAtomic(file, content)));
  assert.ok(contents.includes(readFileSync(file, "utf8")));
  assert.deepEqual(readdirSync(folder), ["file"]);
});

test("the next write removes what a killed writer left, and nothing else", async (context) => {
  const folder = temporaryFolder(context);
  const target = path.join(folder, "model.safetensors");
  const dead = leaving(target, "tmp", DEAD_PID);
  const deadFolder = leaving(path.join(folder, "checkpoint-1"), "tmp", DEAD_PID);
  const earlier = temporaryPath(target, "tmp");
  const living = leaving(target, "tmp", process.ppid);
  const ours = temporaryPath(target, "tmp");
  const foreign = leaving(target, "tmp", DEAD_PID, "elsewhere");
  const foreignOld = leaving(target, "tmp", DEAD_PID, "elsewhere");
  const strange = path.join(folder, ".model.safetensors.tmp");
  for (const file of [dead, earlier, living, ours, foreign, foreignOld, strange]) writeFileSync(file, "half");
  mkdirSync(deadFolder);
  writeFileSync(path.join(deadFolder, "model.safetensors"), "half");
  const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 3600;
  utimesSync(foreignOld, twoDaysAgo, twoDaysAgo);
  utimesSync(earlier, twoDaysAgo, twoDaysAgo); // of a process before us with our number
  await writeFileAtomic(target, "whole");
  const kept = [living, ours, foreign, strange, target].map((file) => path.basename(file));
  assert.deepEqual(readdirSync(folder).sort(), kept.sort());
});

test("a folder that was moved aside gets its name back, unless the new one has it", async (context) => {
  const folder = temporaryFolder(context);
  const make = (directory: string, content: string): void => {
    mkdirSync(directory);
    writeFileSync(path.join(directory, "content"), content);
  };
  make(leaving(path.join(folder, "checkpoint-1"), "old", DEAD_PID), "older 1");
  make(leaving(path.join(folder, "checkpoint-2"), "old", DEAD_PID), "older 2");
  make(path.join(folder, "checkpoint-2"), "newer 2");
  assert.equal((await recoverInterruptedWrites(folder)).length, 2);
  assert.deepEqual(readdirSync(folder).sort(), ["checkpoint-1", "checkpoint-2"]);
  assert.equal(readFileSync(path.join(folder, "checkpoint-1", "content"), "utf8"), "older 1");
  assert.equal(readFileSync(path.join(folder, "checkpoint-2", "content"), "utf8"), "newer 2");
  assert.deepEqual(await recoverInterruptedWrites(path.join(folder, "none")), []);
});
