import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { NotebookError } from "../../../lib/src/errors";
import { lastHeading, readNotebook, writeNotebook } from "../../../notebook/src/kernel/runner/notebook-file";
import { temporaryFolder } from "./temporary-notebook";

test("files that are no notebooks are refused with the reason", (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "n.ipynb");
  const refused = (content: string | undefined, reason: RegExp) => {
    if (content !== undefined) writeFileSync(file, content);
    assert.throws(
      () => readNotebook(file),
      (error: Error) => {
        assert.ok(error instanceof NotebookError);
        assert.match(error.message, reason);
        assert.ok(error.message.includes(file), error.message);
        return true;
      },
    );
  };
  refused(undefined, /there is no such file/);
  refused("", /no JSON/);
  refused("print('hello')", /no JSON/);
  refused("[]", /no "nbformat"/);
  refused('{"cells": []}', /no "nbformat"/);
  refused('{"nbformat": 3, "worksheets": []}', /format 3; format 4 is needed/);
  refused('{"nbformat": 4, "cells": [{"cell_type": "query"}]}', /cell 1 has the unknown type query/);
  refused('{"nbformat": 4, "cells": [7]}', /cell 1 is no object/);
  const inner = join(folder, "folder.ipynb");
  mkdirSync(inner);
  assert.throws(() => readNotebook(inner), /it is a folder/);
});

test("a notebook of format 4.4 is written as 4.5: ids, texts as lines, nothing lost", (t) => {
  const folder = temporaryFolder(t);
  const before = {
    nbformat: 4,
    nbformat_minor: 4,
    metadata: { kernelspec: { name: "tslab" }, authors: ["a"] },
    cells: [
      {
        cell_type: "markdown",
        metadata: { tags: ["x"] },
        source: ["# T\n", "\n", "text"],
        attachments: { "i.png": { "image/png": "AA==" } },
      },
      {
        cell_type: "code",
        id: "mine",
        metadata: {},
        source: "a\nb\n",
        execution_count: 3,
        outputs: [
          { output_type: "stream", name: "stdout", text: ["1\n", "2"] },
          {
            output_type: "display_data",
            data: { "text/html": ["<b>\n", "</b>"], "application/json": [1, 2] },
            metadata: {},
          },
          { output_type: "execute_result", data: { "text/plain": "3" }, metadata: {}, execution_count: 3 },
          { output_type: "error", ename: "E", evalue: "v", traceback: ["t"] },
        ],
      },
      { cell_type: "code", id: "mine", metadata: {}, source: "", execution_count: null, outputs: [] },
      { cell_type: "raw", metadata: {}, source: "r" },
    ],
  };
  const file = join(folder, "n.ipynb");
  writeFileSync(file, "\uFEFF" + JSON.stringify(before));
  const out = join(folder, "new", "out.ipynb");
  writeNotebook(out, readNotebook(file));
  const text = readFileSync(out, "utf8");
  const after = JSON.parse(text) as typeof before;
  assert.equal(after.nbformat_minor, 5);
  assert.deepEqual(after.metadata, before.metadata);
  assert.deepEqual(
    after.cells.map(({ id }) => id),
    ["cell-1", "mine", "mine-", "cell-4"],
  );
  assert.deepEqual(after.cells[0]?.source, before.cells[0]?.source);
  assert.deepEqual(after.cells[0]?.attachments, before.cells[0]?.attachments);
  assert.deepEqual(after.cells[1]?.source, ["a\n", "b\n"]);
  const outputs = structuredClone(before.cells[1]?.outputs);
  if (outputs?.[2]?.data) outputs[2].data["text/plain"] = ["3"] as unknown as string;
  assert.deepEqual(after.cells[1]?.outputs, outputs);
  assert.deepEqual(readNotebook(out), readNotebook(out));
  assert.deepEqual(readdirSync(join(folder, "new")), ["out.ipynb"]);
});

test("the heading of a cell is the last one above it, without marks, and not one in code", () => {
  assert.equal(lastHeading("text only"), undefined);
  assert.equal(lastHeading("# A\ntext\n## Step 2. `map` **all** [rows](x) ##\nmore"), "Step 2. map all rows");
  assert.equal(lastHeading("# A\n```bash\n# not one\n```"), "A");
});
