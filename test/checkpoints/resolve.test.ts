import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { resolveCheckpoint } from "../../lib/src/checkpoints/resolve";
import { EMBEDDED_CHECKPOINTS, embeddedCheckpoint } from "../../lib/src/embedded";
import { HubError } from "../../lib/src/errors";
import { checkpointError, temporaryFolder } from "./support";

test("a folder resolves to its absolute path", async (context) => {
  const folder = temporaryFolder(context);
  assert.equal(await resolveCheckpoint(folder), folder);
  assert.equal(await resolveCheckpoint(path.relative(process.cwd(), folder)), folder);
});

test("the embedded checkpoints resolve by name", async () => {
  for (const name of EMBEDDED_CHECKPOINTS) {
    assert.ok(embeddedCheckpoint(name), name);
    assert.equal(await resolveCheckpoint(name), embeddedCheckpoint(name));
  }
});

test("an unknown name: the message says which names there are", async (context) => {
  const names = new RegExp(EMBEDDED_CHECKPOINTS.join(", "));
  for (const name of ["./bert", "out/run/checkpoint-500", "/no/such/folder"]) {
    await assert.rejects(
      resolveCheckpoint(name),
      checkpointError(/neither a folder/, names, /nor can it be the name of a model on the Hub/),
    );
  }
  const file = path.join(temporaryFolder(context), "model.safetensors");
  writeFileSync(file, "");
  await assert.rejects(resolveCheckpoint(file), checkpointError(/is a file; a checkpoint is a folder/));
});

test("a name that the Hub may know is looked for in its cache", async (context) => {
  const offline = { cacheDir: temporaryFolder(context), localFilesOnly: true };
  await assert.rejects(resolveCheckpoint("bert-base-uncased", ["config"], offline), (error) => {
    assert.ok(error instanceof HubError);
    assert.match(error.message, /neither a folder.*bert-tiny-reviews.*not in the cache/);
    return error.reason === "offline";
  });
});
