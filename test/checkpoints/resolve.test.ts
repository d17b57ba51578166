import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { resolveCheckpoint } from "../../lib/src/checkpoints/resolve";
import { EMBEDDED_CHECKPOINT, EMBEDDED_DATASET, embeddedDirectory } from "../../lib/src/embedded";
import { checkpointError, temporaryFolder } from "./support";

test("a folder resolves to its absolute path", (context) => {
  const folder = temporaryFolder(context);
  assert.equal(resolveCheckpoint(folder), folder);
  assert.equal(resolveCheckpoint(path.relative(process.cwd(), folder)), folder);
});

test(
  "the embedded checkpoint resolves by name",
  { skip: embeddedDirectory(EMBEDDED_CHECKPOINT) === undefined },
  () => {
    assert.equal(resolveCheckpoint(EMBEDDED_CHECKPOINT), embeddedDirectory(EMBEDDED_CHECKPOINT));
  },
);

test("an unknown name: the message says which names there are", (context) => {
  const names = new RegExp(EMBEDDED_CHECKPOINT);
  assert.throws(
    () => resolveCheckpoint("bert-base-uncased"),
    checkpointError(/"bert-base-uncased"/, names, /download/),
  );
  assert.throws(() => resolveCheckpoint(EMBEDDED_DATASET), checkpointError(/neither a folder/, names));
  const file = path.join(temporaryFolder(context), "model.safetensors");
  writeFileSync(file, "");
  assert.throws(() => resolveCheckpoint(file), checkpointError(/is a file; a checkpoint is a folder/));
});
