import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { describeEngines } from "../../lib/src/engines/engines";

const ROOT = path.resolve(__dirname, "../..");

/** Runs a program that has `tf` and the engines' functions, in a process of its own. */
async function program(
  body: string,
  env: Record<string, string> = {},
): Promise<{ stdout: string; stderr: string; code: number }> {
  const source = `
    const tf = require("@tensorflow/tfjs-core");
    const { useEngine, currentEngine, describeEngines } = require("./lib/src/engines/engines.ts");
    (async () => { ${body} })().catch((error) => { console.error(error.name + ": " + error.message); process.exit(3); });`;
  const args = ["--import", "tsx", "--input-type=commonjs", "--eval", source];
  const options = { cwd: ROOT, env: { ...process.env, FINETUNE_ENGINE: "", ...env } };
  try {
    return { ...(await promisify(execFile)(process.execPath, args, options)), code: 0 };
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number };
    return { stdout, stderr, code };
  }
}

test("cpu and wasm are always there", async () => {
  const available = (await describeEngines()).filter((report) => report.available).map(({ name }) => name);
  assert.ok(available.includes("cpu") && available.includes("wasm"), available.join());
});

test("choosing an engine prints one line and no banner, and leaves the process's listeners alone", async () => {
  const { stdout, stderr } = await program(`
    const count = () => ["uncaughtException", "unhandledRejection"].map((event) => process.listenerCount(event));
    const before = count();
    await useEngine("wasm");
    tf.tensor([1, 2]).square().dataSync();
    if (count().join() !== before.join()) console.log("listeners", count());`);
  assert.match(stdout, /^Engine: wasm \([^\n]+\); as asked\n$/);
  assert.equal(stderr, "");
});

test("without a choice the best engine that loads runs, and the line says so", async () => {
  const { stdout } = await program(`await currentEngine(); await currentEngine();`);
  assert.match(stdout, /^Engine: \w+ \([^\n]+\); the best [^\n]+\n$/);
});

test("FINETUNE_ENGINE chooses; a name in the program takes precedence", async () => {
  const env = { FINETUNE_ENGINE: "cpu" };
  const { stdout } = await program("await currentEngine();", env);
  assert.match(stdout, /^Engine: cpu \([^\n]+\); as FINETUNE_ENGINE says\n$/);
  assert.match((await program(`await useEngine("wasm");`, env)).stdout, /^Engine: wasm \(/);
});

test("an unknown engine is an error that lists what is available", async () => {
  const { stderr, code } = await program("await currentEngine();", { FINETUNE_ENGINE: "abacus" });
  assert.equal(code, 3);
  assert.match(stderr, /EngineError: There is no engine called 'abacus'\. Available here: .*wasm, cpu\./);
});

test("an engine that does not load is an error that says why and what to do", async (context) => {
  const reports = await describeEngines();
  const missing = reports.find((report) => report.name === "tensorflow" && !report.available);
  if (!missing) return context.skip("tensorflow is installed here");
  const { stderr, code } = await program(`await useEngine("tensorflow");`);
  assert.equal(code, 3);
  assert.match(
    stderr,
    /EngineError: The tensorflow engine did not load .*setup:tensorflow.*Available here: /s,
  );
});

test("one can change the engine while the program runs", async () => {
  const { stdout } = await program(`
    await useEngine("cpu");
    await useEngine("wasm");
    console.log(tf.getBackend(), tf.tensor([3]).square().dataSync()[0], (await currentEngine()).name);`);
  assert.match(stdout, /\nwasm 9 wasm\n$/);
});
