import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { textTable } from "../../notebook/src/text-table";

const TABLE = {
  header: ["review", "sentiment", "confidence"],
  rows: [
    ["The acting was good, but the story was far too long.", "negative", "99.9 %"],
    ["A good film.", "positive", "98.1 %"],
  ],
  rightAligned: [false, false, true],
};
const widest = (text: string) => Math.max(...text.split("\n").map((line) => [...line].length));

describe("textTable", () => {
  it("is as wide as it has to be, where there is room", () => {
    const [header, rule, first] = textTable(TABLE, 100).split("\n");
    assert.equal(header, `review${" ".repeat(48)}sentiment  confidence`);
    assert.equal(rule, `${"─".repeat(52)}  ─────────  ──────────`);
    assert.equal(first, "The acting was good, but the story was far too long.  negative       99.9 %");
  });

  it("breaks text where there is not, and never a number", () => {
    const text = textTable(TABLE, 50);
    assert.ok(widest(text) <= 50, text);
    assert.equal(
      text,
      [
        "review                       sentiment  confidence",
        "───────────────────────────  ─────────  ──────────",
        "The acting was good, but     negative       99.9 %",
        "the story was far too long.",
        "A good film.                 positive       98.1 %",
      ].join("\n"),
    );
  });

  it("breaks headers of numbers", () => {
    const losses = {
      header: ["Epoch", "Training Loss", "Validation Loss", "Accuracy"],
      rows: [["1", "0.2021", "0.3715", "0.8644"]],
      rightAligned: [true, true, true, true],
    };
    const text = textTable(losses, 40);
    assert.ok(widest(text) <= 40, text);
    assert.match(text, /\n +1 +0\.2021 +0\.3715 +0\.8644$/);
  });

  it("lists the values of each row where columns do not fit at all", () => {
    assert.equal(
      textTable(TABLE, 30),
      [
        "review: The acting was good,",
        "  but the story was far too",
        "  long.",
        "sentiment: negative",
        "confidence: 99.9 %",
        "────────────────────",
        "review: A good film.",
        "sentiment: positive",
        "confidence: 98.1 %",
      ].join("\n"),
    );
  });

  it("needs no rows and no columns", () => {
    assert.equal(textTable({ header: [], rows: [], rightAligned: [] }, 40), "\n");
    assert.equal(textTable({ header: ["a"], rows: [], rightAligned: [false] }, 40), "a\n─");
  });
});
