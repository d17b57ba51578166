import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { currentEngine } from "../../lib/src/engines/engines";
import { addDefaultCallback } from "../../lib/src/index";
import { onEachEngine } from "../engine";
import { describeCheck, passes } from "./check";
import { checkConformance } from "./conformance";

const ROOT = path.resolve(__dirname, "../..");
const FIXTURE = path.join(ROOT, "test/fixtures/conformance/tiny-bert");
const FIXTURE_DATA = path.join(ROOT, "test/fixtures/conformance/data");
const SHARED = path.resolve(ROOT, "../shared");

addDefaultCallback(() => ({}));

/** All checks of a folder, each within its bound. */
async function conforms(directory: string, data: string, steps?: number): Promise<string[]> {
  const skipped: string[] = [];
  const checks = await checkConformance(directory, { data, steps, onSkip: (what) => skipped.push(what) });
  assert.deepEqual(checks.filter((check) => !passes(check)).map(describeCheck), []);
  assert.deepEqual(skipped, []);
  return checks.map(({ name }) => name);
}

onEachEngine("a tiny reference of PyTorch's", () => {
  test("is repeated whole", async () => {
    const checks = await conforms(FIXTURE, FIXTURE_DATA);
    const { supportsBf16 } = await currentEngine();
    assert.equal(checks.length, supportsBf16 ? 16 : 15);
    assert.equal(checks.includes("logits in bf16"), supportsBf16);
  });
});

onEachEngine("a tiny masked language model of PyTorch's", () => {
  test("is repeated whole", async () => {
    const checks = await conforms(
      path.join(ROOT, "test/fixtures/conformance/tiny-bert-masked-lm"),
      FIXTURE_DATA,
    );
    const { supportsBf16 } = await currentEngine();
    assert.deepEqual(checks, [
      "logits",
      "loss",
      ...(supportsBf16 ? ["logits in bf16"] : []),
      "gradients (relative)",
      "training steps",
      "loss, steps 1-40",
      "gradient norm, steps 1-40",
      "learning rate, steps 1-40",
      "trained weights (relative)",
    ]);
  });
});

onEachEngine("a tiny model of each family of PyTorch's", () => {
  const families = path.join(ROOT, "test/fixtures/conformance/families");
  for (const name of readdirSync(families)) {
    test(`${name} is repeated whole`, async () => {
      const checks = await conforms(path.join(families, name), FIXTURE_DATA);
      for (const check of ["logits", "loss", "gradients (relative)", "loss, steps 1-20"])
        assert.ok(checks.includes(check), check);
    });
  }
});

/** The fixture without some of its files, or with another content. */
function variant(context: TestContext, changes: Record<string, ((text: string) => string) | null>): string {
  const folder = mkdtempSync(path.join(tmpdir(), "finetune-conformance-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(FIXTURE, folder, { recursive: true });
  for (const [name, change] of Object.entries(changes)) {
    const file = path.join(folder, name);
    if (change) writeFileSync(file, change(readFileSync(file, "utf8")));
    else rmSync(file);
  }
  return folder;
}

/** Runs the command. */
function command(args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const script = path.join(ROOT, "test/conformance/run.ts");
    execFile(
      process.execPath,
      ["--import", "tsx", script, ...args],
      { cwd: ROOT },
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
      },
    );
  });
}

const options = ["--data", FIXTURE_DATA, "--engine", "cpu"];

test("the command prints a line a check and ends with 0", async () => {
  const { code, output } = await command([FIXTURE, ...options]);
  assert.equal(code, 0, output);
  assert.match(output, /\n {2}logits +\S+ {2}bound 1e-5 +ok +\[8, 3\]\n/);
  assert.match(output, /15 checks, all within their bounds\n$/);
});

test("a figure that is off makes it fail", async (context) => {
  const folder = variant(context, {
    "trace.json": (text) => text.replace(/"loss": 1\./, '"loss": 1.1'),
    "forward.json": (text) => text.replace(/("logits": \[\[)/, "$11"),
  });
  const { code, output } = await command([folder, ...options]);
  assert.equal(code, 1, output);
  assert.match(output, /logits .*FAIL/);
  assert.match(output, /loss, steps 1-6 .*FAIL/);
  assert.match(output, /15 checks, 2 FAILED/);
});

test("part of a reference is checked for what it holds", async (context) => {
  const cases: [Record<string, null>, number, RegExp][] = [
    [{ "trace.json": null }, 8, /not checked: trained\.safetensors/],
    [{ "gradients.safetensors": null, "trained.safetensors": null, "trace.json": null }, 7, /all within/],
    // The batch of the gradients is then the first eight sentences of the data.
    [{ "forward.json": null, "trace.json": null, "trained.safetensors": null }, 1, /gradients .*ok/],
    [
      { "forward.json": null, "gradients.safetensors": null, "trained.safetensors": null },
      6,
      /training steps .*ok/,
    ],
  ];
  for (const [changes, checks, pattern] of cases) {
    const { code, output } = await command([variant(context, changes), ...options]);
    assert.equal(code, 0, output);
    assert.match(output, pattern);
    assert.match(output, new RegExp(`${checks} checks?, all`), Object.keys(changes).join());
  }
});

test("wrong usage, a folder that is no reference and an unknown engine end with 2 and say why", async () => {
  for (const [args, pattern] of [
    [[], /^Usage/],
    [[FIXTURE, "--steps", "no"], /^Usage/],
    [[FIXTURE, "--colour"], /Unknown option '--colour'/],
    [[FIXTURE_DATA, ...options], /holds no folder 'model'/],
    [[FIXTURE, "--engine", "abacus"], /no engine called 'abacus'/],
  ] as [string[], RegExp][]) {
    const { code, output } = await command(args);
    assert.equal(code, 2, output);
    assert.match(output, pattern);
  }
});

onEachEngine("the references beside the repository", (engine) => {
  for (const name of ["bert-2x64", "bert-2x64-options"]) {
    const directory = path.join(SHARED, "reference", name);
    const skip =
      existsSync(directory) && existsSync(path.join(SHARED, "data")) ? false : `no ${name} in ../shared`;
    // Their whole runs take a minute: `npm run conformance`.
    test(`${name}: forward, gradients and the first steps`, { skip }, async () => {
      await conforms(directory, path.join(SHARED, "data"), engine === "wasm" ? 12 : 3);
    });
  }
});
