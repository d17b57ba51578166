import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { runNotebook, type RunResult } from "../../notebook/src/kernel/runner/run-notebook";
import { type NotebookCell, readNotebookFile, ROOT, textOf } from "./the-notebook";

const STEPS = 12;

/** Says how many tensors there are: between two runs of a cell, what the cell leaks. */
const tensorCount = (id: string): NotebookCell => ({
  cell_type: "code",
  id,
  metadata: {},
  source: ['import { memory } from "@tensorflow/tfjs-core";\n', "console.log(memory().numTensors);"],
  outputs: [],
  execution_count: null,
});

/** The notebook, and then each of its cells once more, the last one first: no cell minds when it is run again. */
function notebookWithReruns(): string {
  const notebook = readNotebookFile();
  const again = (id: string): NotebookCell => {
    const cell = notebook.cells.find((each) => each.id === id);
    assert.ok(cell, id);
    return { ...cell, id: `${id}-again` };
  };
  const code = notebook.cells.filter((cell) => cell.cell_type === "code").map(({ id }) => id);
  // The model of Step 6 is to stay: a second one is a second model.
  const others = code.filter((id) => id !== "step-6-model").reverse();
  notebook.cells.push(
    tensorCount("tensors-before"),
    ...others.map(again),
    tensorCount("tensors-after"),
    again("step-6-model"),
  );
  return JSON.stringify(notebook);
}

const built = existsSync(path.join(ROOT, "lib/dist/index.js"));

describe("the whole notebook on the kernel", { skip: !built && "run `npm run build` first" }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), "notebook-run-"));
  const outputDir = path.join(folder, "checkpoints");
  let result: RunResult;
  let cells: Map<string, NotebookCell>;
  let screen = "";

  before(async () => {
    const file = path.join(folder, "fine-tune.ipynb");
    writeFileSync(file, notebookWithReruns());
    const env = {
      ...process.env,
      MAX_STEPS: String(STEPS),
      OUTPUT_DIR: outputDir,
      FINETUNE_ENGINE: "wasm",
      HF_DATASETS_CACHE: path.join(folder, "datasets"),
    };
    // The rest as it stands in the notebook.
    for (const name of ["DATASET", "CHECKPOINT", "TOKENIZER", "SEED"]) Reflect.deleteProperty(env, name);
    result = await runNotebook(file, {
      outDir: path.join(folder, "out"),
      cwd: ROOT,
      env,
      screen: { write: (text) => (screen += text) },
    });
    cells = new Map(readNotebookFile(result.notebookFile).cells.map((cell) => [cell.id, cell]));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const shown = (id: string): string => textOf(cells.get(id));
  /** How long something took is not the same again. */
  const withoutProgress = (text: string) => text.replace(/^Predicting .*$/gm, "");
  const mimeTypes = (id: string): string[] =>
    (cells.get(id)?.outputs ?? []).flatMap((output) =>
      Object.keys((output.data as object | undefined) ?? {}),
    );

  it("runs to its end", () => {
    assert.equal(result.message, "");
    assert.equal(result.status, "ok");
    const failed = [...cells.values()].filter((cell) =>
      cell.outputs?.some((output) => output.output_type === "error"),
    );
    assert.deepEqual(failed, []);
  });

  it("shows something in every cell", () => {
    const silent = [...cells.values()].filter(
      (cell) => cell.cell_type === "code" && shown(cell.id).trim() === "",
    );
    assert.deepEqual(
      silent.map(({ id }) => id),
      [],
    );
  });

  it("takes its parameters from the environment", () => {
    assert.match(shown("parameters"), new RegExp(`MAX_STEPS: ${STEPS},`));
    assert.match(shown("parameters"), /DATASET: 'reviews'/);
  });

  it("Step 1 says which engine runs", () => assert.match(shown("step-1-import"), /^Engine: wasm /));

  it("Step 2 shows structure, features, examples, balance and lengths", () => {
    assert.match(
      shown("step-2-load"),
      /^texts: "sentence", labels: "label"\n\n?DatasetDict\nsplit +rows +columns\n.*\ntrain +\d,\d{3} +sentence, label, idx\n/,
    );
    assert.match(shown("step-2-features"), /label +a label: 0 negative, 1 positive\n/);
    assert.match(shown("step-2-features"), /\n0 {2}\S.+(negative|positive)\n1 {2}\S.+\n2 {2}\S/);
    assert.match(shown("step-2-balance"), /\ntrain +\d,\d{3} +\d,\d{3} +\d,\d{3} +0\nvalidation .+\ntest .+/);
    assert.match(shown("step-2-lengths"), /Sentence lengths in words: mean/);
    assert.match(shown("step-2-lengths"), /\n +min +2\n.*\n +max +36\n/);
  });

  it("Step 4 tokenizes one sentence, then all", () => {
    assert.match(shown("step-4-sentence"), /input_ids: +(\d+ )+\d+\nattention_mask: (1 )+1\n/);
    assert.match(shown("step-4-sentence"), /\n +0 {2}\[CLS\]/);
    const columns = /sentence, label, idx, input_ids, token_type_ids,\s+attention_mask/g;
    assert.equal(shown("step-4-map").match(columns)?.length, 3);
    assert.match(shown("step-4-pieces"), /\(un\|##wa\|##tch\|##able\)/);
    for (const column of ["sentence", "label", "idx", "input_ids", "token_type_ids", "attention_mask"]) {
      assert.match(shown("step-4-row"), new RegExp(`\n${column} +\\S`));
    }
  });

  it("Step 5 pads to the longest of the batch", () => {
    const lengths = /lengths before: (.+)/.exec(shown("step-5-collator"))?.[1]?.split(" ").map(Number) ?? [];
    assert.equal(lengths.length, 8);
    assert.match(shown("step-5-collator"), new RegExp(`input_ids +\\[8, ${Math.max(...lengths)}\\]`));
    assert.match(shown("step-5-collator"), /labels +\[8\]/);
    const [shortest, longest] = [Math.min(...lengths), Math.max(...lengths)];
    assert.ok(shown("step-5-collator").includes(`shortest ${shortest}, longest ${longest}`));
    assert.ok(shown("step-5-collator").includes(`padded to ${longest}, the longest of the batch`));
  });

  it("Step 6 starts from pretrained weights, names those that are new and counts the parameters", () => {
    assert.match(
      shown("step-6-model"),
      /are newly initialized: \['classifier\.bias', 'classifier\.weight'\]/,
    );
    assert.match(shown("step-6-model"), /pretrained: only the head is new/);
    assert.match(shown("step-6-model"), /\n\d,\d{3},\d{3} parameters/);
    assert.match(shown("step-6-metric"), /predicted: +\[ 1, 0, 1 \] +labels: \[ 1, 0, 0 \]/);
    assert.match(shown("step-6-metric"), /accuracy: 0\.666/);
  });

  it("Step 7 trains, with the table, and saves a checkpoint", () => {
    const table = shown("step-7-train");
    assert.match(table, new RegExp(`Training █{5,20} ${STEPS}/${STEPS} steps`));
    assert.match(
      table,
      /Epoch {2}Training Loss {2}Validation Loss {2}Accuracy\n.+\n0\.0\d+ +\d\.\d{4} +\d\.\d{4} +\d\.\d{4}/,
    );
    assert.doesNotMatch(table, /Evaluating/);
    assert.deepEqual(readdirSync(outputDir), [`checkpoint-${STEPS}`, "page"]);
    assert.deepEqual(
      ["config.json", "model.safetensors", "tokenizer.json", "trainer_state.json"].filter(
        (name) => !existsSync(path.join(outputDir, `checkpoint-${STEPS}`, name)),
      ),
      [],
    );
  });

  it("plots as plotly figures", () => {
    const plotly = (id: string) =>
      mimeTypes(id).filter((type) => type === "application/vnd.plotly.v1+json").length;
    const plots = {
      "step-2-balance": 1,
      "step-2-lengths": 1,
      "step-5-padding": 2,
      "step-6-states": 1,
      "step-7-args": 1,
      "step-7-curves": 2,
      "step-8-validation": 1,
      "step-8-confidence": 2,
      "step-8-states": 1,
      "step-8-inside": 1,
    };
    for (const [id, count] of Object.entries(plots)) assert.equal(plotly(id), count, id);
    // Tokens in their boxes, which no plotly draws.
    for (const id of ["step-4-pieces", "step-8-inside"]) assert.ok(mimeTypes(id).includes("text/html"), id);
  });

  it("Step 8 gives a sentiment, its confidence and both probabilities", () => {
    const rows = shown("step-8-predict")
      .trim()
      .split("\n")
      .filter((line) => /%/.test(line));
    assert.equal(rows.length, 9);
    for (const row of rows) {
      const [, sentiment, ...figures] =
        /(positive|negative) +([\d.]+) % +([\d.]+) % +([\d.]+) %$/.exec(row) ?? [];
      const [confidence = NaN, negative = NaN, positive = NaN] = figures.map(Number);
      assert.ok(Math.abs(negative + positive - 100) < 0.11, row);
      assert.equal(confidence, sentiment === "positive" ? positive : negative, row);
    }
  });

  it("Step 8 holds the model against a bag of words on the challenge set, and shows confident errors", () => {
    assert.match(
      shown("step-8-challenge"),
      /this model is (not ahead|[\d.]+\s+points\s+ahead)\s+of\s+bag\s+of\s+words/,
    );
    const rows = shown("step-8-comparison").trim().split("\n");
    assert.match(rows[0]!, /Right answers on the challenge set/);
    const kinds = ["plain", "negation", "contrast", "comparison", "irony", "everyday", "all"];
    for (const kind of kinds) {
      const row = rows.find((each) => new RegExp(`\\b${kind}\\b`).test(each)) ?? "";
      // Sentences, then the bag of words, this model, from scratch, fine-tuned and the teacher.
      assert.match(row, /\d+( +\d+\.\d %){5}$/, kind);
    }
    assert.match(shown("step-8-errors"), /(negative|positive) +\d+\.\d %/);
  });

  it("Step 9 says that nobody can be asked, and plays the conversation", () => {
    const talk = shown("step-9-interactive");
    assert.match(talk, /Nobody can be asked here/);
    assert.match(talk, /\n(positive|negative), [\d.]+ % sure \(negative [\d.]+ %, positive [\d.]+ %\)\n/);
    assert.match(talk, /nothing to read in an empty line/);
    assert.match(talk, /\(or quit\): quit\nThank you!/);
  });

  it("Step 10 writes a page that classifies", () => {
    const files = readdirSync(path.join(outputDir, "page")).sort();
    assert.deepEqual(files, ["app.js", "index.html", "model.js", "runtime.js", "tokenizer.js"]);
    assert.match(
      shown("step-10-page"),
      /^Open .*index\.html in a browser\. What is typed there stays there\.$/m,
    );
  });

  it("Step 10 sums up", () => {
    const summary = shown("step-10-summary");
    for (const figure of ["dataset", "model", "engine", "training", "validation accuracy"]) {
      assert.match(summary, new RegExp(`\\n${figure} +\\S`));
    }
    assert.ok(summary.includes(path.join(outputDir, `checkpoint-${STEPS}`)));
  });

  it("cells run again give the same again, and leave no tensors behind", () => {
    for (const id of [
      "step-8-validation",
      "step-8-predict",
      "step-8-inside",
      "step-8-states",
      "step-6-states",
    ]) {
      assert.equal(withoutProgress(shown(`${id}-again`)), withoutProgress(shown(id)), id);
    }
    assert.equal(shown("step-2-balance-again"), shown("step-2-balance"));
    const row = (id: string) => shown(id).split("\n").at(-1);
    assert.equal(row("step-7-train-again"), row("step-7-train"));
    assert.equal(shown("tensors-after"), shown("tensors-before"));
  });

  it("prints the steps on the terminal and writes a page", () => {
    for (let step = 1; step <= 10; step++) assert.ok(screen.includes(`── Step ${step} · `), `Step ${step}`);
    assert.match(readFileSync(result.htmlFile ?? "", "utf8"), /^<!doctype html>/i);
  });
});
