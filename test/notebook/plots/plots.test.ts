import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";

import { ConfigError } from "../../../lib/src/errors";
import { PLOTLY_MIME } from "../../../lib/src/notebook/mime";
import { plotAccuracy } from "../../../lib/src/notebook/plots/accuracy";
import { plotLabelBalance } from "../../../lib/src/notebook/plots/label-balance";
import { plotLossCurve } from "../../../lib/src/notebook/plots/loss-curve";
import type { Plot } from "../../../lib/src/notebook/plots/plot";
import { plotSentenceLengths } from "../../../lib/src/notebook/plots/sentence-lengths";
import type { LogEntry } from "../../../lib/src/training/state";

const HISTORY: LogEntry[] = [
  { epoch: 0.5, step: 10, loss: 0.69, learning_rate: 1e-4 },
  { epoch: 1, step: 20, loss: 0.6, learning_rate: 5e-5 },
  { epoch: 1, step: 20, eval_loss: 0.65, eval_accuracy: 0.61 },
  { epoch: 2, step: 40, loss: 0.4, learning_rate: 0 },
  { epoch: 2, step: 40, eval_loss: 0.5, eval_accuracy: 0.785 },
  { epoch: 2, step: 40, train_loss: 0.55, train_runtime: 3 },
];

/** Compares with the checked-in snapshot; `UPDATE_SNAPSHOTS=1` writes it anew. */
function matchesSnapshot(name: string, plot: Plot): void {
  const file = path.join(__dirname, "../../fixtures/plots", `${name}.json`);
  const json = `${JSON.stringify({ figure: plot.figure, text: plot.text.split("\n") }, null, 2)}\n`;
  if (process.env.UPDATE_SNAPSHOTS) writeFileSync(file, json);
  assert.equal(
    json,
    readFileSync(file, "utf8"),
    `${name} differs; if it should, run with UPDATE_SNAPSHOTS=1`,
  );
}

describe("plots", () => {
  it("label balance", () => {
    matchesSnapshot(
      "label-balance",
      plotLabelBalance({
        train: { negative: 29780, positive: 37569 },
        validation: { negative: 428, positive: 444 },
        test: { negative: 0, positive: 0 },
      }),
    );
  });

  it("sentence lengths", () => {
    matchesSnapshot("sentence-lengths", plotSentenceLengths([3, 4, 4, 7, 12, 31]));
  });

  it("loss curve", () => matchesSnapshot("loss-curve", plotLossCurve(HISTORY)));

  it("accuracy", () => matchesSnapshot("accuracy", plotAccuracy(HISTORY)));

  it("offers the figure to the page and text to the terminal", () => {
    const plot = plotAccuracy(HISTORY);
    const { "image/svg+xml": svg = "", ...forms } = plot.toMimeBundle();
    assert.deepEqual(forms, { [PLOTLY_MIME]: plot.figure, "text/plain": plot.text });
    assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.match(svg, />Validation accuracy<\/text>/);
    assert.ok(svg.length < 10_000, `${svg.length} characters`);
  });

  it("counts each sentence in one bin, whatever the lengths", () => {
    for (const longest of [1, 16, 47, 512, 100_000]) {
      const lengths = Array.from({ length: 1000 }, (_, n) => (n * 7919) % (longest + 1));
      const trace = plotSentenceLengths(lengths).figure.data[0];
      assert.equal(
        trace?.y.reduce((sum, value) => sum + value, 0),
        1000,
      );
      assert.ok((trace?.y.length ?? 99) <= 17, `${longest}: ${trace?.y.length} bins`);
    }
  });

  it("takes a large split", () => {
    assert.doesNotThrow(() => plotSentenceLengths(new Int32Array(300_000)));
  });

  it("says what is missing", () => {
    assert.throws(() => plotSentenceLengths([]), ConfigError);
  });

  it("draws empty curves without an evaluation", () => {
    assert.match(plotLossCurve([]).text, /no points/);
    assert.deepEqual(plotAccuracy([]).figure.data[0]?.y, []);
  });
});
