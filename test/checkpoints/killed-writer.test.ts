import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import ts from "typescript";
import { writeFileAtomic } from "../../lib/src/checkpoints/atomic-file";
import { listCheckpoints } from "../../lib/src/checkpoints/training-checkpoints";
import { Random, temporaryFolder } from "./support";

const KILLS = 40;
const FILES = ["model.safetensors", "optimizer.bin", "trainer_state.json"];
/** Larger than one write of a pipe or page, so that a kill can hit the middle of a file. */
const FILE_BYTES = 300_000;

/**
 * The child: checkpoint-1 again and again, and one file, each filled with the number of its round. It writes
 * the round on standard output so that the parent knows that it is at work.
 */
const CHILD = `
  const { join } = require("node:path");
  const { writeFileSync } = require("node:fs");
  const { writeDirectoryAtomic } = require("./checkpoints/atomic-directory.js");
  const { writeFileAtomic } = require("./checkpoints/atomic-file.js");
  const [folder, first] = process.argv.slice(2);
  (async () => {
    for (let round = Number(first); ; round++) {
      const content = Buffer.alloc(${FILE_BYTES}, round % 251);
      await writeDirectoryAtomic(join(folder, "checkpoint-1"), async (temporary) => {
        for (const name of ${JSON.stringify(FILES)}) writeFileSync(join(temporary, name), content);
      });
      await writeFileAtomic(join(folder, "single"), content);
      process.stdout.write(round + "\\n");
    }
  })();
`;

/** Compiles what the child needs, because starting a TypeScript loader for each kill would take most of the time. */
function compileChild(folder: string): string {
  const source = path.resolve(__dirname, "../../lib/src");
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
    esModuleInterop: true,
  };
  mkdirSync(path.join(folder, "checkpoints"));
  for (const name of [
    "errors",
    "checkpoints/atomic-file",
    "checkpoints/atomic-directory",
    "checkpoints/temporaries",
  ]) {
    const text = readFileSync(path.join(source, `${name}.ts`), "utf8");
    writeFileSync(path.join(folder, `${name}.js`), ts.transpileModule(text, { compilerOptions }).outputText);
  }
  writeFileSync(path.join(folder, "child.js"), CHILD);
  return path.join(folder, "child.js");
}

/** The round that a file is of; fails if it is of two, or not whole. */
function roundOf(file: string): number {
  const content = readFileSync(file);
  assert.equal(content.length, FILE_BYTES, `${file} is not whole`);
  assert.ok(content.equals(Buffer.alloc(FILE_BYTES, content[0])), `${file} is of two rounds`);
  return content[0]!;
}

/** All that may lie in the output folder: whole things, and hidden ones of the killed writer. */
function checkWhole(out: string): void {
  const checkpoint = path.join(out, "checkpoint-1");
  if (existsSync(checkpoint)) {
    assert.deepEqual(readdirSync(checkpoint).sort(), [...FILES].sort());
    assert.equal(new Set(FILES.map((name) => roundOf(path.join(checkpoint, name)))).size, 1);
  }
  if (existsSync(path.join(out, "single"))) roundOf(path.join(out, "single"));
}

async function killAtRandom(child: ChildProcess, random: Random): Promise<void> {
  await once(child.stdout!, "data");
  await new Promise((resolve) => setTimeout(resolve, random.below(20)));
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

test(`a writer killed at ${KILLS} random moments leaves only whole checkpoints and files`, async (context) => {
  const folder = temporaryFolder(context);
  const program = compileChild(folder);
  const out = path.join(folder, "out");
  const random = new Random(5);
  let interrupted = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(process.execPath, [program, out, String(kill * 40)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await killAtRandom(child, random);
    checkWhole(out);
    if (readdirSync(out).some((name) => name.startsWith("."))) interrupted += 1;

    const checkpoints = await listCheckpoints(out);
    assert.deepEqual(
      checkpoints,
      [{ step: 1, directory: path.join(out, "checkpoint-1") }],
      "one is always there",
    );
    checkWhole(out);
    await writeFileAtomic(path.join(out, "after"), "");
    assert.deepEqual(
      readdirSync(out).sort(),
      ["after", "checkpoint-1", "single"],
      "the leavings are cleaned up",
    );
  }
  assert.ok(interrupted > 0, "no kill hit a write, so nothing was tested");
});
