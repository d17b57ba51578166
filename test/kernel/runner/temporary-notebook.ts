import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { tearDown } from "../../teardown";

/** A folder that is gone after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "finetune-test-"));
  tearDown(t, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a notebook in which lines that start with "#" are markdown cells and all else is code. */
export function temporaryNotebook(t: TestContext, cells: string[]): { file: string; folder: string } {
  const folder = temporaryFolder(t);
  const file = join(folder, "tiny.ipynb");
  const notebook = {
    nbformat: 4,
    nbformat_minor: 4,
    metadata: { kernelspec: { name: "tslab", display_name: "TypeScript", language: "typescript" } },
    cells: cells.map((source) =>
      source.startsWith("#")
        ? { cell_type: "markdown", metadata: {}, source: [source] }
        : { cell_type: "code", metadata: {}, source, execution_count: 99, outputs: [] },
    ),
  };
  writeFileSync(file, JSON.stringify(notebook));
  return { file, folder };
}

/** Collects what a run shows; not a terminal unless told so. */
export class FakeScreen {
  text = "";
  readonly columns = 80;
  readonly rows = 24;
  constructor(readonly isTTY = false) {}
  write(text: string): void {
    this.text += text;
  }
}
