import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import {
  checkpointName,
  lastCheckpoint,
  listCheckpoints,
} from "../../lib/src/checkpoints/training-checkpoints";
import { checkpointError, temporaryFolder } from "./support";

test("complete checkpoints are listed by step", async (context) => {
  const out = temporaryFolder(context);
  const make = (name: string, ...files: string[]): void => {
    mkdirSync(path.join(out, name));
    for (const file of files) writeFileSync(path.join(out, name, file), "");
  };
  make("checkpoint-1000", "model.safetensors", "trainer_state.json");
  make("checkpoint-200", "pytorch_model.bin", "trainer_state.json");
  make("checkpoint-30", "model.safetensors.index.json", "trainer_state.json");
  make("checkpoint-2000", "model.safetensors"); // another program was killed in it
  make("checkpoint-3000");
  make("checkpoint-x", "model.safetensors", "trainer_state.json");
  make("my-checkpoint-5", "model.safetensors", "trainer_state.json");
  writeFileSync(path.join(out, "checkpoint-4000"), "a file");
  const checkpoints = await listCheckpoints(out);
  assert.deepEqual(
    checkpoints,
    [30, 200, 1000].map((step) => ({ step, directory: path.join(out, checkpointName(step)) })),
  );
  assert.equal(await lastCheckpoint(out), path.join(out, "checkpoint-1000"));
});

test("no checkpoints", async (context) => {
  const out = temporaryFolder(context);
  assert.equal(await lastCheckpoint(out), undefined);
  assert.deepEqual(await listCheckpoints(path.join(out, "none")), []);
  writeFileSync(path.join(out, "file"), "");
  await assert.rejects(listCheckpoints(path.join(out, "file")), checkpointError(/file: cannot be listed/));
});
