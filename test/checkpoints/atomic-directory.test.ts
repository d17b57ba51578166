import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { writeDirectoryAtomic } from "../../lib/src/checkpoints/atomic-directory";
import { removeDirectoryAtomic } from "../../lib/src/checkpoints/temporaries";
import { checkpointError, temporaryFolder } from "./support";

test("a folder is written as a whole and replaces an older one", async (context) => {
  const parent = path.join(temporaryFolder(context), "out");
  const target = path.join(parent, "checkpoint-1");
  await writeDirectoryAtomic(target, (temporary) => {
    assert.equal(existsSync(target), false);
    writeFileSync(path.join(temporary, "first"), "1");
    mkdirSync(path.join(temporary, "deep"));
    writeFileSync(path.join(temporary, "deep", "file"), "2");
    return Promise.resolve();
  });
  assert.deepEqual(readdirSync(target).sort(), ["deep", "first"]);
  assert.equal(readFileSync(path.join(target, "deep", "file"), "utf8"), "2");
  await writeDirectoryAtomic(target, (temporary) => {
    assert.deepEqual(
      readdirSync(target).sort(),
      ["deep", "first"],
      "the old one stays until the new one is whole",
    );
    writeFileSync(path.join(temporary, "second"), "3");
    return Promise.resolve();
  });
  assert.deepEqual(readdirSync(target), ["second"]);
  assert.deepEqual(readdirSync(parent), ["checkpoint-1"]);
});

test("a fill that fails leaves the old folder and nothing else", async (context) => {
  const parent = temporaryFolder(context);
  const target = path.join(parent, "checkpoint-1");
  await writeDirectoryAtomic(target, () => Promise.resolve());
  const failure = new Error("no more room");
  await assert.rejects(
    writeDirectoryAtomic(target, (temporary) => {
      writeFileSync(path.join(temporary, "half"), "");
      return Promise.reject(failure);
    }),
    failure,
  );
  assert.deepEqual(readdirSync(target), []);
  assert.deepEqual(readdirSync(parent), ["checkpoint-1"]);
  writeFileSync(path.join(parent, "file"), "");
  await assert.rejects(
    writeDirectoryAtomic(path.join(parent, "file", "checkpoint-1"), () => Promise.resolve()),
    checkpointError(/checkpoint-1: cannot be written/),
  );
});

test("a folder is removed as a whole", async (context) => {
  const parent = temporaryFolder(context);
  mkdirSync(path.join(parent, "checkpoint-1", "deep"), { recursive: true });
  await removeDirectoryAtomic(path.join(parent, "checkpoint-1"));
  assert.deepEqual(readdirSync(parent), []);
});
