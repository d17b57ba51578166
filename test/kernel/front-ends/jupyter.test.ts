import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { jupyterProgram, runPython, skipWithout, workplace, writeCells } from "./jupyter";

test(
  "jupyter console: prompt, Out[n], several lines, input(), interrupt",
  { skip: skipWithout("jupyter-console"), timeout: 180_000 },
  (t) => {
    assert.match(runPython("jupyter_console.py", workplace(t)), /all as expected/);
  },
);

test("Jupyter's own conformance suite", { skip: skipWithout("jupyter-run"), timeout: 180_000 }, (t) => {
  try {
    runPython("jupyter_suite.py", workplace(t));
  } catch (error) {
    const { stderr } = error as { stderr: string };
    if (/No module named 'jupyter_kernel_test'/.test(stderr)) return t.skip("no jupyter_kernel_test here");
    assert.fail(stderr);
  }
});

test(
  "nbconvert executes a notebook, and its page shows the plot",
  { skip: skipWithout("jupyter-nbconvert"), timeout: 180_000 },
  (t) => {
    const place = workplace(t);
    const file = join(place.folder, "cells.ipynb");
    writeCells(file, [
      'import { plotAccuracy } from "finetune-ts-notebook"; plotAccuracy([{ epoch: 1, step: 1, eval_accuracy: 0.5 }])',
    ]);
    execFileSync(jupyterProgram("jupyter-nbconvert")!, ["--to", "html", "--execute", file], {
      env: place.env,
      stdio: "pipe",
      timeout: 170_000,
    });
    const html = readFileSync(join(place.folder, "cells.html"), "utf8");
    const pictures = Array.from(html.matchAll(/data:image\/svg\+xml;base64,([\w+/=]+)/g), ([, data = ""]) =>
      Buffer.from(data, "base64").toString(),
    );
    assert.match([html, ...pictures].join("\n"), /<svg[^>]*>[^]*>Validation accuracy<\/text>/);
  },
);
