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

/** A child that replaces checkpoint-1 once, and kills itself before its n-th call to the file system. */
const CHILD_KILLED_AT = `
  const fs = require("node:fs/promises");
  const { join } = require("node:path");
  let calls = Number(process.argv[3]);
  for (const name of ["mkdir", "open", "readdir", "rename", "rm", "stat"]) {
    const original = fs[name];
    fs[name] = (...args) => {
      if (--calls === 0) process.kill(process.pid, "SIGKILL");
      return original(...args);
    };
  }
  const { writeDirectoryAtomic } = require("./checkpoints/atomic-directory.js");
  writeDirectoryAtomic(join(process.argv[2], "checkpoint-1"), async (temporary) => {
    for (const name of ${JSON.stringify(FILES)}) await fs.writeFile(join(temporary, name), Buffer.alloc(${FILE_BYTES}, 2));
  });
`;

/** Compiles what the child needs, because starting a TypeScript loader for each kill would take most of the time. */
function compileChild(folder: string, child: string): string {
  const source = path.resolve(__dirname, "../../lib/src");
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
    esModuleInterop: true,
  };
  for (const room of ["checkpoints", "platform"]) mkdirSync(path.join(folder, room));
  for (const name of [
    "errors",
    ...["crypto", "files", "machine", "path"].map((part) => `platform/${part}`),
    "checkpoints/atomic-file",
    "checkpoints/atomic-directory",
    "checkpoints/temporaries",
  ]) {
    const text = readFileSync(path.join(source, `${name}.ts`), "utf8");
    writeFileSync(path.join(folder, `${name}.js`), ts.transpileModule(text, { compilerOptions }).outputText);
  }
  const program = path.join(folder, "child.js");
  writeFileSync(program, child);
  return program;
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
  const program = compileChild(folder, CHILD);
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

test("a writer killed before any one of its calls leaves the old checkpoint or the new one", async (context) => {
  const folder = temporaryFolder(context);
  const program = compileChild(folder, CHILD_KILLED_AT);
  const found: string[] = [];
  for (let call = 1; ; call++) {
    const out = path.join(folder, `out-${call}`);
    const checkpoint = path.join(out, "checkpoint-1");
    mkdirSync(checkpoint, { recursive: true });
    for (const name of FILES) writeFileSync(path.join(checkpoint, name), Buffer.alloc(FILE_BYTES, 1));
    const child = spawn(process.execPath, [program, out, String(call)], { stdio: "inherit" });
    const [code] = (await once(child, "exit")) as [number | null];
    checkWhole(out);
    const seen = existsSync(checkpoint) ? String(roundOf(path.join(checkpoint, FILES[0]!))) : "none";
    assert.equal((await listCheckpoints(out)).length, 1, `killed before call ${call}`);
    checkWhole(out);
    if (seen === "none") assert.equal(roundOf(path.join(checkpoint, FILES[0]!)), 1, "the old one is back");
    assert.deepEqual(readdirSync(out), ["checkpoint-1"]);
    found.push(seen);
    if (code === 0) break;
  }
  // Old ones first, one instant without any, then new ones; the last is of the writer that was not killed.
  assert.match(found.join(" "), /^(1 )+none (2 )+2$/);
});
