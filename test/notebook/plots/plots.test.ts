import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";

import { ConfigError } from "../../../lib/src/errors";
import { gradePredictions } from "../../../lib/src/evaluation/graded-predictions";
import { PLOTLY_MIME } from "../../../notebook/src/mime";
import { plotAccuracy } from "../../../notebook/src/plots/accuracy";
import { plotAttention } from "../../../notebook/src/plots/attention";
import { plotAttributions } from "../../../notebook/src/plots/attributions";
import { plotConfidence } from "../../../notebook/src/plots/confidence";
import { plotConfusionMatrix } from "../../../notebook/src/plots/confusion-matrix";
import { plotLabelBalance } from "../../../notebook/src/plots/label-balance";
import { plotLossCurve } from "../../../notebook/src/plots/loss-curve";
import { plotLearningRate } from "../../../notebook/src/plots/learning-rate";
import { plotPadding } from "../../../notebook/src/plots/padding";
import type { Plot } from "../../../notebook/src/plots/plot";
import { plotReliability } from "../../../notebook/src/plots/reliability";
import { plotStates } from "../../../notebook/src/plots/states";
import type { TokenStrip } from "../../../notebook/src/plots/token-strip";
import { plotWordPieces } from "../../../notebook/src/plots/word-pieces";
import { TrainingArguments } from "../../../lib/src/training/training-arguments";
import { plotRuns } from "../../../notebook/src/plots/runs";
import { plotSentenceLengths } from "../../../notebook/src/plots/sentence-lengths";
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
  assert.match(plot.toMimeBundle()["image/svg+xml"] ?? "", /^<svg [^>]*xmlns=/, "has a static form");
  matchesFile(name, { figure: plot.figure, text: plot.text.split("\n") });
}

function matchesFile(name: string, content: object): void {
  const file = path.join(__dirname, "../../fixtures/plots", `${name}.json`);
  const json = `${JSON.stringify(content, null, 2)}\n`;
  if (process.env.UPDATE_SNAPSHOTS) writeFileSync(file, json);
  assert.equal(
    json,
    readFileSync(file, "utf8"),
    `${name} differs; if it should, run with UPDATE_SNAPSHOTS=1`,
  );
}

/** Of twenty answers three are wrong, one of them with much confidence. */
const GRADED = gradePredictions({
  predictions: Array.from({ length: 20 }, (_, row) => [
    row % 2 === 0 ? 0.3 * row : 0,
    row % 2 === 0 ? 0 : 0.3 * row,
  ]),
  labelIds: Array.from({ length: 20 }, (_, row) =>
    row === 3 || row === 4 || row === 18 ? 1 - (row % 2) : row % 2,
  ),
});

/** Both forms that are not text, beside the text. */
function stripMatchesSnapshot(name: string, strip: TokenStrip): void {
  const forms = strip.toMimeBundle();
  const lines = Object.fromEntries(
    Object.entries(forms).map(([type, form]) => [type, String(form).split(/(?<=>)(?=<)|\n/)]),
  );
  matchesFile(name, lines);
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

  it("loss curve of many entries, with its moving average", () => {
    const history = Array.from({ length: 12 }, (_, i) => ({ epoch: i / 6, step: 10 * i, loss: 1 / (i + 1) }));
    const smooth = plotLossCurve(history);
    matchesSnapshot("loss-curve-smooth", smooth);
    const mean = smooth.figure.data[1];
    assert.ok(mean?.type === "scatter");
    assert.ok(Math.abs(mean.y[0]! - (1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5) / 5) < 1e-12);
    assert.equal(plotLossCurve(history, { smoothing: 1 }).figure.data.length, 2);
    assert.throws(() => plotLossCurve(history, { smoothing: 0 }), ConfigError);
  });

  it("accuracy", () => matchesSnapshot("accuracy", plotAccuracy(HISTORY)));

  it("accuracy with baseline and intervals", () => {
    matchesSnapshot("accuracy-intervals", plotAccuracy(HISTORY, { baseline: 0.52, rows: 200 }));
    assert.throws(() => plotAccuracy(HISTORY, { base: 0.5 } as object), /base/);
  });

  it("learning rate", () => {
    const args = new TrainingArguments({ outputDir: "out", learningRate: 1e-4, warmupSteps: 10 });
    const plot = plotLearningRate(args, { steps: 50 });
    matchesSnapshot("learning-rate", plot);
    const [trace] = plot.figure.data;
    assert.ok(trace?.type === "scatter");
    assert.equal(trace.y[trace.x.indexOf(10)], 1e-4);
    assert.equal(trace.y.at(-1), 0);
    assert.throws(() => plotLearningRate(args, { steps: 0 }), ConfigError);
  });

  it("padding of a batch, and the batch without it", () => {
    matchesSnapshot("padding", plotPadding([3, 5, 2, 8]));
    matchesSnapshot("padding-packed", plotPadding([3, 5, 2, 8], { packed: true }));
    assert.throws(() => plotPadding([]), ConfigError);
  });

  it("confusion matrix", () => {
    matchesSnapshot("confusion-matrix", plotConfusionMatrix(GRADED, { labels: ["negative", "positive"] }));
    assert.throws(() => plotConfusionMatrix([], { labels: ["a"] }), ConfigError);
  });

  it("reliability diagram with the calibration error", () => {
    matchesSnapshot("reliability", plotReliability(GRADED));
  });

  it("confidence of right and wrong answers", () => {
    matchesSnapshot("confidence", plotConfidence(GRADED));
    assert.throws(() => plotConfidence([]), ConfigError);
  });

  it("runs beside each other, with intervals and baseline", () => {
    const runs = [
      { name: "1e-4, batch 16", accuracy: 0.82 },
      { name: "1e-2, batch 16", accuracy: 0.48 },
    ];
    matchesSnapshot("runs", plotRuns(runs, { rows: 450, baseline: 0.52 }));
    assert.equal(plotRuns(runs).figure.data.length, 1);
    assert.throws(() => plotRuns([]), ConfigError);
  });

  it("states as points of the plane of their largest variance", () => {
    const states = Array.from({ length: 12 }, (_, i) => [
      i % 2 === 0 ? 5 : -5,
      Math.sin(i),
      Math.cos(3 * i),
      0.1 * i,
    ]);
    const labels = states.map((_, i) => i % 2);
    const plot = plotStates(states, { labels, names: ["negative", "positive"] });
    const [negative, positive] = plot.figure.data;
    assert.ok(negative?.type === "scatter" && positive?.type === "scatter");
    const side = (xs: (string | number)[]) => new Set(xs.map((x) => Math.sign(Number(x))));
    assert.deepEqual([side(negative.x).size, side(positive.x).size], [1, 1], "the labels lie on two sides");
    assert.match(plot.text, /− negative, \+ positive; 9\d\.\d % and/);
    assert.match(plot.toMimeBundle()["image/svg+xml"] ?? "", /<svg/);
    assert.throws(() => plotStates(states, { labels: [0], names: ["a"] }), ConfigError);
  });

  it("attention map", () => {
    const map = {
      tokens: ["[CLS]", "not", "bad", "[SEP]"],
      weights: [
        [
          [
            [1, 0, 0, 0],
            [0, 0.5, 0.5, 0],
            [0.1, 0.2, 0.7, 0],
            [0.25, 0.25, 0.25, 0.25],
          ],
        ],
      ],
    };
    matchesSnapshot("attention", plotAttention(map));
    assert.throws(() => plotAttention(map, { layer: 3 }), /there is no layer 3; there are 1/);
    assert.throws(() => plotAttention(map, { head: 1 }), /has no head 1; there are 1/);
  });

  it("word pieces, those of a word in one colour", () => {
    const plot = plotWordPieces(["[CLS]", "an", "un", "##watch", "##able", "film", "[SEP]"], {
      ids: [101, 7, 8, 9, 10, 11, 102],
    });
    assert.equal(plot.text, "Word pieces: [CLS] an (un|##watch|##able) film [SEP]");
    const [, an, un, watch] = plot.boxes;
    assert.deepEqual(un?.colour, watch?.colour);
    assert.notDeepEqual(an?.colour, un?.colour);
    stripMatchesSnapshot("word-pieces", plot);
    assert.throws(() => plotWordPieces([]), ConfigError);
  });

  it("attributions, for and against", () => {
    const plot = plotAttributions({
      label: "negative",
      tokens: ["not", "<b>", "dull"],
      scores: Float32Array.of(-0.5, 0, 1.25),
    });
    assert.match(plot.text, /not ████████ +−0\.50/);
    assert.match(plot.text, /dull █{20} \+1\.25/);
    stripMatchesSnapshot("attributions", plot);
    assert.doesNotMatch(plot.toMimeBundle()["text/html"] ?? "", /<b>/);
    assert.throws(
      () => plotAttributions({ label: "a", tokens: ["a"], scores: new Float32Array() }),
      ConfigError,
    );
  });

  it("fits 40 columns in its text form", () => {
    const columns = process.env.COLUMNS;
    process.env.COLUMNS = "40";
    try {
      const texts = [
        plotLabelBalance({ train: { negative: 29780, positive: 37569 } }),
        plotSentenceLengths([3, 4, 4, 7, 12, 31]),
        plotAccuracy(HISTORY),
        plotPadding([3, 50, 20]),
        plotConfidence(GRADED),
      ].map(({ text }) => text.split("\n").slice(1));
      for (const line of texts.flat()) assert.ok([...line].length <= 40, line);
    } finally {
      if (columns === undefined) Reflect.deleteProperty(process.env, "COLUMNS");
      else process.env.COLUMNS = columns;
    }
  });

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
      assert.ok(trace?.type === "bar");
      assert.equal(
        trace.y.reduce((sum, value) => sum + value, 0),
        1000,
      );
      assert.ok(trace.y.length <= 17, `${longest}: ${trace.y.length} bins`);
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
