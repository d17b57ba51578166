import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";

const ROOT = path.resolve(__dirname, "../../..");

/** A Python that has the package ziglang. */
const { FINETUNE_ZIG } = process.env;
const skip = FINETUNE_ZIG ? false : "no FINETUNE_ZIG: a Python with ziglang, as scripts/build-wasm.mjs says";

test("the module that is checked in is what the sources give, byte for byte", { skip }, () => {
  const args = [path.join(ROOT, "scripts/build-wasm.mjs"), "--check"];
  const env = { ...process.env, PYTHON: FINETUNE_ZIG };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /is up to date/);
});
