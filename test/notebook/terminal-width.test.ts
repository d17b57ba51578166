import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { executeNotebook } from "./executed-notebook";
import { readNotebookFile, ROOT } from "./the-notebook";

const built = existsSync(path.join(ROOT, "lib/dist/index.js"));

/** What a cell prints as it stands (a DatasetDict, an object) is the terminal's to break. */
const PRINTED = ["parameters", "step-2-load", "step-4-map"];

describe("what the notebook shows in a terminal", { skip: !built && "run `npm run build` first" }, () => {
  for (const columns of [80, 40]) {
    it(`stays within ${columns} columns`, async () => {
      const run = await executeNotebook({ MAX_STEPS: "5" }, { columns });
      try {
        assert.equal(run.message, "");
        const ids = readNotebookFile()
          .cells.map(({ id }) => id)
          .filter((id) => !PRINTED.includes(id));
        const wide = ids.flatMap((id) =>
          run
            .displays(id)
            .flatMap((text) => text.split("\n"))
            .filter((line) => [...stripVTControlCharacters(line)].length > columns)
            .map((line) => `${id}: ${line}`),
        );
        assert.deepEqual(wide, []);
      } finally {
        run.dispose();
      }
    });
  }
});
