import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";

import { notebookProgress } from "../../notebook/src/progress";
import { clock, progressLine } from "../../notebook/src/progress-line";
import { Throttle } from "../../notebook/src/throttle";
import { FakeKernel } from "./fake-kernel";

describe("progressLine", () => {
  const state = { label: "Map <train>", done: 50, total: 200, unit: "rows", elapsedSeconds: 5 };

  it("says share, time, remaining time and rate in one line", () => {
    assert.equal(
      progressLine(state).toMimeBundle()["text/plain"],
      "Map <train> █████░░░░░░░░░░░░░░░ 50/200 rows, 0:05 < 0:15, 10/s",
    );
  });

  it("has no remaining time once done, and shows the note", () => {
    const text = progressLine({ ...state, done: 200, note: "loss 0.5" }).toMimeBundle()["text/plain"];
    assert.equal(text, "Map <train> ████████████████████ 200/200 rows, 0:05, 40/s, loss 0.5");
  });

  it("counts the rate from where it started", () => {
    const text = progressLine({ ...state, done: 150, skipped: 100 }).toMimeBundle()["text/plain"];
    assert.match(text, /0:05 < 0:05, 10\/s$/);
  });

  it("escapes label and note", () => {
    const markup = progressLine({ ...state, note: "<i>" }).toMimeBundle()["text/html"] ?? "";
    assert.ok(markup.includes("Map &lt;train&gt;") && markup.includes("&lt;i&gt;"));
    assert.ok(!markup.includes("<train>") && !markup.includes("<i>"));
  });

  it("survives nothing to do and more than all", () => {
    assert.match(progressLine({ ...state, done: 0, total: 0 }).toMimeBundle()["text/plain"], /█{20} 0\/0/);
    assert.match(progressLine({ ...state, done: 9, total: 3 }).toMimeBundle()["text/plain"], /█{20} 9\/3/);
  });
});

describe("clock", () => {
  it("writes minutes and hours", () => {
    assert.deepEqual([0, 59.6, 61, 3599, 3600, 36_061].map(clock), [
      "0:00",
      "1:00",
      "1:01",
      "59:59",
      "1:00:00",
      "10:01:01",
    ]);
  });
});

describe("Throttle", () => {
  it("lets five a second through", () => {
    let now = 0;
    const throttle = new Throttle(() => now);
    const allowed = [0, 50, 199, 200, 399, 400].filter((time) => {
      now = time;
      return throttle.ready();
    });
    assert.deepEqual(allowed, [0, 200, 400]);
  });
});

describe("notebookProgress", () => {
  let kernel: FakeKernel;
  beforeEach(() => (kernel = new FakeKernel()));
  afterEach(() => kernel.remove());

  it("redraws one display, seldom, and leaves the last state", (t) => {
    let now = 0;
    t.mock.method(performance, "now", () => now);
    const bar = notebookProgress({ label: "Map", total: 1000, unit: "rows" });
    for (let done = 1; done <= 1000; done++) {
      now += 1;
      bar.update(done);
    }
    bar.finish();
    bar.finish();
    // At 200, 400, 600, 800 and 1000 milliseconds, and at the end.
    assert.deepEqual(
      kernel.messages.map(({ update }) => update),
      [false, true, true, true, true, true],
    );
    assert.equal(new Set(kernel.messages.map(({ id }) => id)).size, 1);
    assert.equal(
      kernel.messages.at(-1)?.data["text/plain"],
      `Map ${"█".repeat(20)} 1,000/1,000 rows, 0:01, 1,000/s`,
    );
    assert.ok(kernel.messages.at(-1)?.data["text/html"]);
  });

  it("stops at whatever count it stands", () => {
    const bar = notebookProgress({ label: "Map", total: 10 });
    bar.update(3);
    bar.finish();
    bar.update(4);
    assert.match(kernel.messages.at(-1)?.data["text/plain"] ?? "", / 3\/10 it/);
  });
});
