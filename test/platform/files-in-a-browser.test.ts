import assert from "node:assert/strict";
import * as nodeSync from "node:fs";
import * as nodeFiles from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import * as browser from "../../lib/src/platform/files.browser";
import * as node from "../../lib/src/platform/files";
import { Random } from "../checkpoints/support";

test("a browser's files have every function that Node.js's have", () => {
  const missing = Object.keys(node).filter((name) => !Object.hasOwn(browser, name));
  assert.deepEqual(missing, []);
});

/** What came of a call: its value, or the code that it failed with. */
async function outcome(call: () => unknown): Promise<unknown> {
  try {
    const value = await call();
    return Buffer.isBuffer(value) ? value.toString("latin1") : Array.isArray(value) ? value.sort() : value;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

type Files = typeof nodeFiles & typeof nodeSync;

/** One step of a program that knows no sense; the same on both. */
function stepOf(random: Random): { name: string; run: (files: Files, root: string) => unknown } {
  const names = ["a", "b", "a/c", "a/d", "b/c", "a/c/e"];
  const pick = () => names[random.below(names.length)]!;
  const [one, other] = [pick(), pick()];
  const text = `${random.below(1000)} `.repeat(random.below(200));
  const at = random.below(300_000);
  const steps: [string, (files: Files, root: string) => unknown][] = [
    ["mkdir", (files, root) => files.mkdir(`${root}/${one}`).then(() => "made")],
    ["mkdir -p", (files, root) => files.mkdir(`${root}/${one}`, { recursive: true }).then(() => "made")],
    ["write", (files, root) => files.writeFile(`${root}/${one}`, text)],
    ["write anew", (files, root) => files.writeFile(`${root}/${one}`, text, { flag: "wx" })],
    ["append", (files, root) => files.appendFileSync(`${root}/${one}`, text)],
    ["read", (files, root) => files.readFile(`${root}/${one}`)],
    ["read text", (files, root) => files.readFileSync(`${root}/${one}`, "utf8")],
    ["rename", (files, root) => files.rename(`${root}/${one}`, `${root}/${other}`)],
    ["remove", (files, root) => files.rm(`${root}/${one}`, { recursive: true, force: true })],
    ["list", (files, root) => files.readdir(`${root}/${one}`)],
    ["exists", (files, root) => files.existsSync(`${root}/${one}`)],
    [
      "stat",
      async (files, root) => {
        const stats = await files.stat(`${root}/${one}`);
        return stats.isFile() ? `file of ${stats.size}` : "folder";
      },
    ],
    [
      "patch",
      async (files, root) => {
        const handle = await files.open(`${root}/${one}`, "r+");
        try {
          await handle.write(Buffer.from(text), 0, Buffer.byteLength(text), at);
          if (at % 3 === 0) await handle.truncate(Math.floor(at / 2));
          return (await handle.stat()).size;
        } finally {
          await handle.close();
        }
      },
    ],
  ];
  const [name, run] = steps[random.below(steps.length)]!;
  return { name: `${name} ${one} ${other} ${at}`, run };
}

test("5,000 calls without sense come to the same as on a disk", async (t) => {
  const root = nodeSync.mkdtempSync(path.join(tmpdir(), "finetune-files-"));
  t.after(() => nodeSync.rmSync(root, { recursive: true, force: true }));
  await browser.mkdir("/root");
  const random = new Random(7);
  for (let step = 0; step < 5000; step++) {
    const { name, run } = stepOf(random);
    const expected = await outcome(() => run({ ...nodeSync, ...nodeFiles } as unknown as Files, root));
    const actual = await outcome(() => run(browser as unknown as Files, "/root"));
    assert.deepEqual(actual, expected, `step ${step}: ${name}`);
  }
});
