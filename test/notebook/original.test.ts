import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { readNotebookFile, ROOT } from "./the-notebook";

const ORIGINAL = path.resolve(ROOT, "../shared/original");
const page = readFileSync(path.join(ROOT, "docs/original.md"), "utf8");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .slice(2)
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

describe("the table of the original's points", () => {
  it("names a cell of the notebook for each", () => {
    const ids = new Set(readNotebookFile().cells.map(({ id }) => id));
    assert.ok(rows.length >= 50, `${rows.length} rows`);
    for (const [where, what, here] of rows) {
      const cells = [...here!.matchAll(/`([^`]+)`/g)].map(([, id]) => id!);
      assert.ok(cells.length > 0, `${where}: ${what}`);
      for (const id of cells) assert.ok(ids.has(id), `${where}: there is no cell ${id}`);
    }
    const others = [...page.matchAll(/`((?:step|exercise)s?-[a-z0-9-]+)`/g)].map(([, id]) => id!);
    for (const id of others) assert.ok(ids.has(id), `there is no cell ${id}`);
  });

  it(
    "has every heading and every cell of the original",
    { skip: !existsSync(ORIGINAL) && `${ORIGINAL} is not here` },
    () => {
      const [file] = readdirSync(ORIGINAL);
      const text = readFileSync(path.join(ORIGINAL, file!), "utf8");
      const headings = [...text.matchAll(/^(?:#+ |\*\*)([A-Z].*?)(?:\*\*)?:?(?:\*\*)?$/gm)].map(
        ([, heading]) => heading!,
      );
      const cells = [...text.matchAll(/^In \[(\d+)\]:/gm)].map(([, number]) => `In [${number}]`);
      assert.deepEqual([headings.length > 10, cells.length], [true, 14]);
      const places = rows.map(([where]) => where!).join("\n");
      for (const cell of cells) assert.ok(places.includes(cell), cell);
      for (const step of Array.from({ length: 10 }, (_, i) => `Step ${i + 1}`)) {
        assert.match(places, new RegExp(`^${step}(,|$)`, "m"), step);
      }
      const named = [
        "Workflow Overview",
        "Training Progress",
        "Key Configuration",
        "Expected Results",
        "Training Parameters Configuration",
        "Why Keep bf16=True",
        "Key Differences from Base BERT",
      ];
      for (const name of named) {
        assert.ok(text.includes(name), `the original has no "${name}"`);
        assert.ok(places.includes(name), name);
      }
    },
  );
});
