import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { runNotebook } from "../../notebook/src/kernel/runner/run-notebook";
import { noNative } from "../engine";
import { matchesPrinted } from "./printed";
import { type NotebookCell, readNotebookFile, ROOT } from "./the-notebook";

interface Exercise {
  id: string;
  code: string;
  /** What the solution says that it prints. */
  printed: string;
}

const source = ({ source: lines }: NotebookCell) => lines.join("");
const fenced = (text: string, language: string) =>
  new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``).exec(text)?.[1] ?? "";

const notebook = readNotebookFile();
const exercises = notebook.cells
  .filter(({ id }) => id.startsWith("exercise-"))
  .map((cell): Exercise => {
    const text = source(cell);
    return { id: cell.id, code: fenced(text, "ts"), printed: fenced(text, "text") };
  });

/** The notebook, hardly trained, and then each solution in a cell of its own. */
function withSolutions(): string {
  const solutions = exercises.map(({ id, code }): NotebookCell => ({
    cell_type: "code",
    id: `${id}-solution`,
    metadata: {},
    source: [code],
    outputs: [],
    execution_count: null,
  }));
  return JSON.stringify({ ...notebook, cells: [...notebook.cells, ...solutions] });
}

it("every exercise but the last has a folded solution, with what it prints", () => {
  assert.ok(exercises.length >= 6, `${exercises.length} exercises`);
  for (const { id, code, printed } of exercises) {
    assert.notEqual(code, "", id);
    assert.notEqual(printed, "", id);
    assert.ok(code.split("\n").length <= 20, `${id}: a cell of ${code.split("\n").length} lines`);
    const text = source(notebook.cells.find((cell) => cell.id === id)!);
    assert.match(text, /<details><summary>Solution<\/summary>\n\n```ts\n[^]*\n<\/details>$/, id);
  }
});

const skip = existsSync(path.join(ROOT, "lib/dist/index.js"))
  ? noNative && `takes many minutes without the native engine (${noNative})`
  : "run `npm run build` first";

describe("the solutions of the exercises", { skip }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), "solutions-"));
  const outputs = new Map<string, string>();

  before(async () => {
    const file = path.join(folder, "solutions.ipynb");
    writeFileSync(file, withSolutions());
    const env = { ...process.env, MAX_STEPS: "10", OUTPUT_DIR: path.join(folder, "out") };
    for (const name of ["DATASET", "CHECKPOINT", "TOKENIZER", "SEED", "FINETUNE_ENGINE"])
      Reflect.deleteProperty(env, name);
    const result = await runNotebook(file, {
      outDir: folder,
      html: false,
      cwd: ROOT,
      env: env,
      screen: { write: () => undefined },
    });
    assert.equal(result.message, "");
    for (const { id, outputs: all = [] } of readNotebookFile(result.notebookFile).cells) {
      const streams = all.filter(({ output_type, name }) => output_type === "stream" && name === "stdout");
      outputs.set(id, streams.map(({ text }) => [text].flat().join("")).join(""));
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const { id, printed } of exercises) {
    it(`${id} comes to what it says`, () => {
      const mismatch = matchesPrinted(printed, (outputs.get(`${id}-solution`) ?? "").trim());
      assert.equal(mismatch, undefined);
    });
  }
});
