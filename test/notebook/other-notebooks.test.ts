import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { type ExecutedNotebook, executeNotebook } from "./executed-notebook";
import { ROOT, TASK_NOTEBOOKS } from "./the-notebook";

const built = existsSync(path.join(ROOT, "lib/dist/index.js"));
const skip = !built && "run `npm run build` first";
const folder = mkdtempSync(path.join(tmpdir(), "other-notebooks-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const notebook = (name: string) => path.join(ROOT, "notebooks", `${name}.ipynb`);

describe("experiments.ipynb", { skip }, () => {
  let run: ExecutedNotebook;
  before(async () => {
    run = await executeNotebook({ SENTENCES: "48", EPOCHS: "1" }, { notebook: notebook("experiments") });
  });
  after(() => run.dispose());

  it("runs to its end, and compares all runs in a table", () => {
    assert.equal(run.message, "");
    const rows = run
      .shown("table")
      .split("\n")
      .filter((line) => /%.*\d+\.\d$/.test(line));
    assert.equal(rows.length, 11);
    assert.match(run.shown("table"), /head alone +[\d.]+ % +770 /);
    assert.match(run.said("table"), /The best run was ".+?", with [\d.]+ % of 450 sentences right/);
  });
});

describe("the notebooks of the other tasks", { skip }, () => {
  for (const name of TASK_NOTEBOOKS) {
    // Whether they are as good as they say: `npm run test:tasks`.
    it(`${name}.ipynb runs to its end, on a few rows`, async () => {
      const run = await executeNotebook({ ROWS: "48", EPOCHS: "1" }, { notebook: notebook(name) });
      try {
        assert.equal(run.message, "");
        assert.ok(run.shown("use").length > 0);
      } finally {
        run.dispose();
      }
    });
  }
});

describe("your-own-data.ipynb", { skip }, () => {
  it("goes from a file of the reader's to a page that answers", async () => {
    const file = path.join(folder, "tickets.csv");
    const rows = [
      "parcel",
      "lamp",
      "chair",
      "phone",
      "coat",
      "kettle",
      "shoe",
      "book",
      "tent",
      "cup",
      "desk",
      "bike",
    ].flatMap((thing) => [
      `I want my money back for the ${thing},refund`,
      `Where is my ${thing}?,delivery`,
      `"Thanks, the ${thing} is wonderful",praise`,
    ]);
    writeFileSync(file, ["message,category", ...rows, rows[0], " ,praise"].join("\n"));
    const output = path.join(folder, "my-model");
    const run = await executeNotebook(
      { FILE: file, OUTPUT_DIR: output, EPOCHS: "1" },
      { notebook: notebook("your-own-data") },
    );
    try {
      assert.equal(run.message, "");
      assert.match(run.shown("columns"), /texts: "message", labels: "category"/);
      assert.match(run.shown("dirt"), /^2 rows left out/m);
      assert.match(run.shown("page"), /Open http:\/\/127\.0\.0\.1:\d+ in a browser/);
      assert.match(run.shown("page"), /label: '(refund|delivery|praise)', score: 0\.\d+/);
      assert.match(run.shown("close"), /The page is closed/);
      for (const name of ["config.json", "model.safetensors", "tokenizer.json"])
        assert.ok(existsSync(path.join(output, name)), name);
    } finally {
      run.dispose();
    }
  });

  it("refuses a parameter that is none in its first cell", async () => {
    const run = await executeNotebook({ EPOCHS: "many" }, { notebook: notebook("your-own-data") });
    assert.match(run.message, /^cell 1 .*EPOCHS is 'many' in the environment; it has to be a whole number/);
    run.dispose();
  });
});

it("the main notebook refuses MAX_STEPS=abc in its first cell", { skip }, async () => {
  const run = await executeNotebook({ MAX_STEPS: "abc" });
  assert.match(run.message, /^cell 1 .*MAX_STEPS is 'abc'/);
  run.dispose();
});
