import assert from "node:assert/strict";
import { test } from "node:test";
import { setProgressReporter, startProgress, type ProgressOptions } from "../lib/src/progress";

/** What the body writes to standard error, which is a terminal or not. */
function written(isTTY: boolean, body: () => void): string {
  const { stderr } = process;
  const before = { isTTY: stderr.isTTY, write: stderr.write.bind(stderr) };
  let text = "";
  Object.assign(stderr, {
    isTTY,
    write: (chunk: string) => {
      text += chunk;
      return true;
    },
  });
  try {
    body();
  } finally {
    Object.assign(stderr, before);
  }
  return text;
}

const threeOfFour = () => {
  const bar = startProgress({ label: "Map", total: 4, unit: "rows" });
  bar.update(3, "loss 0.5");
  bar.finish();
};

test("a terminal sees the label, the counts and the note, and the line is ended", () => {
  const text = written(true, threeOfFour);
  assert.match(text, /\rMap █{15}░{5} 3\/4 rows, .*loss 0\.5/);
  assert.ok(text.endsWith("\n"));
});

test("where standard error is no terminal, nothing is written", () => {
  assert.equal(written(false, threeOfFour), "");
});

test("a bar of nothing is full", () => {
  const text = written(true, () => startProgress({ label: "Map", total: 0 }).finish());
  assert.match(text, /█{20} 0\/0 it/);
});

test("a registered reporter gets the bars, until the terminal takes over again", () => {
  const seen: unknown[] = [];
  setProgressReporter((options: ProgressOptions) => ({
    update: (done, note) => seen.push([options.label, done, note]),
    finish: () => seen.push("finished"),
  }));
  try {
    assert.equal(written(true, threeOfFour), "");
  } finally {
    setProgressReporter();
  }
  assert.deepEqual(seen, [["Map", 3, "loss 0.5"], "finished"]);
  assert.notEqual(written(true, threeOfFour), "");
});
