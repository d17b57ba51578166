import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { tearDown } from "../../teardown";
import { ROOT, Session } from "./session";

interface CodeCell {
  cell_type: string;
  id: string;
  source: string[];
}

const PASSES = Number(process.env.PASSES ?? 3);

test(`${PASSES} passes of the whole notebook in one kernel end as the first`, async (t) => {
  const file = join(ROOT, "notebooks", "fine-tune-bert-sst2.ipynb");
  const { cells } = JSON.parse(readFileSync(file, "utf8")) as { cells: CodeCell[] };
  const code = cells.filter(({ cell_type }) => cell_type === "code");
  const folder = mkdtempSync(join(tmpdir(), "finetune-passes-"));
  tearDown(t, () => rmSync(folder, { recursive: true, force: true }));
  const env = {
    ...process.env,
    OUTPUT_DIR: folder,
    MAX_STEPS: process.env.PASSES_STEPS ?? "10",
    FINETUNE_HISTORY: "off",
  };
  const session = await Session.start(t, { env });
  let first: string[] | undefined;
  for (let pass = 1; pass <= PASSES; pass++) {
    const shown: string[] = [];
    for (const { id, source } of code) {
      const { reply, stdout, traceback } = await session.run(source.join(""), { allow_stdin: false });
      assert.equal(reply.status, "ok", `pass ${pass}, ${id}:\n${traceback.join("\n")}`);
      // Times differ, and who was first to load the engine.
      if (!["step-1-import", "step-10-summary"].includes(id)) shown.push(`${id}\n${stdout}`);
    }
    first ??= shown;
    assert.deepEqual(shown, first, `pass ${pass}`);
  }
});
