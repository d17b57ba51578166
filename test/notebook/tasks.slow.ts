import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { executeNotebook } from "./executed-notebook";
import { ROOT, TASK_NOTEBOOKS } from "./the-notebook";

/** What data/README.md says that each notebook reaches, less what another processor's rounding may change. */
const REACHES: Readonly<Record<string, { cell: string; figure: RegExp; least: number }>> = {
  "find-names": { cell: "score", figure: /F1 ([\d.]+) %/, least: 76 },
  "answer-questions": { cell: "score", figure: /F1 ([\d.]+) %/, least: 72 },
  choose: { cell: "score", figure: /([\d.]+) % of 300 rows right/, least: 68 },
  "sentence-embeddings": { cell: "after", figure: /([\d.]+) % find their own partner/, least: 77 },
};

describe("the notebooks of the tasks are as good as their cards say", () => {
  it("the figures of all are known", () => assert.deepEqual(Object.keys(REACHES), TASK_NOTEBOOKS));

  for (const [name, { cell, figure, least }] of Object.entries(REACHES)) {
    it(`${name}.ipynb`, async () => {
      const run = await executeNotebook({}, { notebook: path.join(ROOT, "notebooks", `${name}.ipynb`) });
      try {
        assert.equal(run.message, "");
        const [said, percent] = figure.exec(run.said(cell)) ?? [];
        console.log(said);
        assert.ok(Number(percent) >= least, run.shown(cell));
      } finally {
        run.dispose();
      }
    });
  }
});
