import assert from "node:assert/strict";
import { test } from "node:test";
import { graphemesOf } from "../../../lib/src/tokenizers/unicode/graphemes";
import { Random } from "../../checkpoints/support";
import { textOf } from "../../differential/tokenizer-kinds";

const whole = (text: string) =>
  Array.from(new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text), ({ segment }) => segment);

test("texts longer than a stretch have the graphemes that the Segmenter sees in the whole", () => {
  const random = new Random(8);
  const flags = "\u{1f1e9}\u{1f1ea}";
  const family = "\u{1f469}\u200d\u{1f469}\u200d\u{1f467}\u{1f3fd}";
  for (const unit of [flags, family, "e\u0301\u0323", "\r\n", "\u0915\u094d\u0937", "a", "\ud83d"]) {
    // The seam falls on each of its code units.
    for (let before = 0; before < 5; before++) {
      const text = "x".repeat(8190 - before) + unit.repeat(9);
      assert.deepEqual(
        [...graphemesOf(text)],
        whole(text),
        `${JSON.stringify(unit)} behind ${8190 - before}`,
      );
    }
    const many = unit.repeat(5000);
    assert.deepEqual([...graphemesOf(many)], whole(many));
  }
  let text = "";
  while (text.length < 30_000) text += textOf(random);
  assert.deepEqual([...graphemesOf(text)], whole(text));
});

test("a grapheme longer than a stretch is one", () => {
  const long = `a${"\u0301".repeat(30_000)}`;
  assert.deepEqual([...graphemesOf(`x${long}b`)], ["x", long, "b"]);
  assert.deepEqual([...graphemesOf("")], []);
});

test("half a million characters have the graphemes of their sentences (it took a quarter of an hour)", () => {
  const sentence = "Caf\u00e9 na\u00efve \ufb01lm, e\u0301\u0323 \u65e5\u672c \u{1f600}. ";
  const times = Math.ceil(500_000 / sentence.length);
  let count = 0;
  for (const grapheme of graphemesOf(sentence.repeat(times))) count += grapheme.length > 0 ? 1 : 0;
  assert.equal(count, times * whole(sentence).length);
});
