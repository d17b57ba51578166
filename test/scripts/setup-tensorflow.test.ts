import assert from "node:assert/strict";
import { spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";

// Only what ends before anything is downloaded or compiled: a whole set-up needs the network and minutes.
const SCRIPT = path.resolve(__dirname, "../../scripts/setup-tensorflow.mjs");
const skip = process.platform !== "linux" && "the set-up is for Linux";

const folder = mkdtempSync(path.join(tmpdir(), "setup-tensorflow-"));
after(() => rmSync(folder, { recursive: true }));
const engine = path.join(folder, ".tensorflow");

interface Outcome {
  code: number | null;
  output: string;
}

function start(args: string[], options: SpawnOptions = {}) {
  const child = spawn(process.execPath, [SCRIPT, "--directory", engine, ...args], {
    stdio: "pipe",
    ...options,
  });
  let output = "";
  child.stdout?.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr?.on("data", (data: Buffer) => (output += data.toString()));
  const outcome = once(child, "close").then(([code]): Outcome => ({ code: code as number | null, output }));
  return { child, outcome };
}

async function refused(args: string[], message: RegExp, env?: NodeJS.ProcessEnv): Promise<void> {
  const { code, output } = await start(args, { env }).outcome;
  assert.equal(code, 1, output);
  assert.match(output, message);
  assert.deepEqual(readdirSync(folder), [], "nothing is left behind");
}

test("what cannot work is refused at once, with nothing left behind", { skip }, async () => {
  await refused(["--cuda"], /Unknown option '--cuda'/);
  await refused(["--wheel", "a.whl", "--package", "tensorflow"], /Choose one of --package, --wheel/);
  await refused(["--wheel", "/nowhere/a.whl"], /There is no wheel \/nowhere\/a\.whl/);
  await refused(["--tensorflow", tmpdir()], /libtensorflow_cc\.so\.2 and .* missing/);
  await refused(["--python", "no-such-python"], /no-such-python was not found\. Python 3 with pip is needed/);
  await refused([], /no-such-compiler was not found\. A C\+\+17 compiler/, { CXX: "no-such-compiler" });
});

test("--help says what there is", async () => {
  const { code, output } = await start(["--help"]).outcome;
  assert.equal(code, 0);
  for (const option of ["--gpu", "--wheel", "--tensorflow", "--index-url", "--force"]) {
    assert.ok(output.includes(option), option);
  }
});

test("Ctrl-C ends it, and what it had started, without a trace", { skip }, async () => {
  // A Python that says that it runs, and then takes its time.
  const python = path.join(folder, "python");
  const started = path.join(folder, "started");
  writeFileSync(python, `#!/bin/sh\ntouch "${started}"\nsleep 600\n`, { mode: 0o755 });
  const { child, outcome } = start(["--python", python]);
  while (!existsSync(started) && child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill("SIGINT");
  const { code, output } = await outcome;
  assert.equal(code, 130, output);
  assert.match(output, /Interrupted; nothing was changed/);
  rmSync(python);
  rmSync(started);
  assert.deepEqual(readdirSync(folder), []);
});

test(
  "what a killed run left is removed by the next; an engine that stands there stays",
  { skip },
  async () => {
    const dead = spawn(process.execPath, ["-e", ""]);
    await once(dead, "close");
    mkdirSync(path.join(folder, `.tensorflow.partial-${dead.pid}`));
    mkdirSync(path.join(folder, `.tensorflow.partial-${process.pid}`));
    mkdirSync(engine);
    const { code, output } = await start(["--wheel", "/nowhere/a.whl"]).outcome;
    assert.equal(code, 1);
    assert.match(output, /cannot be used\. .* holds no package\.json/);
    assert.deepEqual(readdirSync(folder).sort(), [".tensorflow", `.tensorflow.partial-${process.pid}`]);
    assert.equal((await start(["--remove"]).outcome).code, 0);
    assert.deepEqual(readdirSync(folder), [`.tensorflow.partial-${process.pid}`]);
    rmSync(path.join(folder, `.tensorflow.partial-${process.pid}`), { recursive: true });
  },
);
