import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { textBars, textPlot } from "../../../notebook/src/plots/text-charts";

describe("textBars", () => {
  it("draws on one scale, to an eighth of a character", () => {
    const bars = [
      { label: "a", value: 4, note: "four" },
      { label: "bb", value: 1, note: "one" },
      { label: "c", value: 0.25, note: "" },
    ];
    assert.equal(textBars(bars, { width: 4 }), " a ████ four\nbb █    one\n c ▎");
  });

  it("draws on a given scale", () => {
    assert.equal(textBars([{ label: "a", value: 0.5, note: "" }], { full: 1, width: 4 }), "a ██");
  });

  it("survives nothing and zeros", () => {
    assert.equal(textBars([]), "");
    assert.equal(textBars([{ label: "a", value: 0, note: "0" }], { width: 2 }), "a    0");
  });
});

describe("textPlot", () => {
  it("marks the corners of a falling line", () => {
    const points = [
      { x: 0, y: 1 },
      { x: 10, y: 0 },
    ];
    assert.equal(
      textPlot([{ mark: "·", points }], { width: 5, height: 3, digits: 1 }),
      ["1.0 ┤·", "    ┤", "0.0 ┤    ·", "    └─────", "     0  10"].join("\n"),
    );
  });

  it("draws a single point and leaves out what is not finite", () => {
    const text = textPlot([
      {
        mark: "●",
        points: [
          { x: 5, y: 2 },
          { x: NaN, y: 1 },
          { x: 1, y: Infinity },
        ],
      },
    ]);
    assert.equal(text.match(/●/g)?.length, 1);
    assert.equal(textPlot([{ mark: "●", points: [] }]), "(no points)");
  });
});
