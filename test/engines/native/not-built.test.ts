import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

const ROOT = path.resolve(__dirname, "../../..");

async function reports(addon: string): Promise<string> {
  const source = `require("./lib/src/engines/engines.ts").describeEngines().then((all) => console.log(all[0].note))`;
  const args = ["--import", "tsx", "--input-type=commonjs", "--eval", source];
  const env = { ...process.env, FINETUNE_NATIVE_ADDON: addon };
  return (await promisify(execFile)(process.execPath, args, { cwd: ROOT, env })).stdout;
}

test("without the addon the engine says why it is not built and what to do", async (t) => {
  const build = mkdtempSync(path.join(tmpdir(), "not-built-"));
  t.after(() => rmSync(build, { recursive: true }));
  const addon = path.join(build, "Release", "finetune_native.node");
  assert.match(await reports(addon), /did not load: it is not built\. Run `npx finetune build`/);
  writeFileSync(path.join(build, ".not-built"), "there is no oneDNN.");
  assert.match(await reports(addon), /it is not built: there is no oneDNN\. Run `npx finetune build`/);
  mkdirSync(path.dirname(addon));
  writeFileSync(addon, "no library");
  assert.match(await reports(addon), /did not load: .*finetune_native\.node: /);
});
