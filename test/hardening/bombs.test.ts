import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { BOMBS } from "./bombs";

const scratch = mkdtempSync(path.join(tmpdir(), "finetune-bombs-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** What a file of under 10 MB may take. */
const MOST_MEMORY = 2 * 2 ** 30;
/** A process that takes as long hangs. Ten seconds are promised, of an idle machine. */
const HANGS_AFTER_MS = 90_000;

interface Outcome {
  outcome: string;
  memory: number;
  seconds: number;
}

function open(kind: string, file: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const script = path.join(__dirname, "open-bomb.ts");
    const child = spawn(
      process.execPath,
      ["--max-old-space-size=2048", "--import", "tsx", script, kind, file],
      {
        stdio: ["ignore", "pipe", "pipe"],
        timeout: HANGS_AFTER_MS,
        killSignal: "SIGKILL",
      },
    );
    let [output, errors] = ["", ""];
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (errors += chunk));
    child.on("close", (code, signal) => {
      const last = output.trim().split("\n").at(-1) ?? "";
      if (code === 0 && last.startsWith("{")) resolve(JSON.parse(last) as Outcome);
      else reject(new Error(`ended by ${signal ?? `code ${code}`}: ${errors.slice(-600)}`));
    });
  });
}

describe("small files that would take much time or memory", { concurrency: 1 }, () => {
  for (const [name, { kind, files }] of Object.entries(BOMBS)) {
    test(name, async (context) => {
      const folder = path.join(scratch, name.replace(/\W+/g, "-"));
      mkdirSync(folder);
      const contents = Object.entries(files());
      let size = 0;
      for (const [file, content] of contents) {
        writeFileSync(path.join(folder, file), content);
        size += content.length;
      }
      assert.ok(size < 10 * 2 ** 20, `${size} bytes`);
      const target = contents.length === 1 ? path.join(folder, contents[0]![0]) : folder;
      const { outcome, memory, seconds } = await open(kind, target);
      rmSync(folder, { recursive: true });
      const figures = `${seconds.toFixed(1)} s, ${Math.round(memory / 2 ** 20)} MB: ${outcome.slice(0, 160)}`;
      context.diagnostic(figures);
      assert.match(outcome, /^(read$|refused: )/);
      assert.ok(memory < MOST_MEMORY, figures);
    });
  }
});
