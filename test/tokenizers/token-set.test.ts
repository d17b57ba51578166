import assert from "node:assert/strict";
import { test } from "node:test";
import { TokenSet } from "../../lib/src/tokenizers/token-set";
import { Random } from "../checkpoints/support";

test("the leftmost, of those the longest: as an alternation of all texts, the longest first", () => {
  const random = new Random(11);
  const word = (longest: number) =>
    Array.from({ length: 1 + random.below(longest) }, () =>
      random.pick(["a", "b", "é", "\u{1f600}", "\ud83d"]),
    ).join("");
  for (let round = 0; round < 300; round++) {
    const texts = Array.from({ length: 1 + random.below(12) }, () => word(5));
    const longestFirst = [...texts].sort((a, b) => b.length - a.length);
    const pattern = new RegExp(longestFirst.join("|"), "g");
    const set = new TokenSet(texts);
    for (let i = 0; i < 10; i++) {
      const text = word(30);
      const found: [number, number][] = [];
      for (let at = set.find(text, 0); at; at = set.find(text, at[1])) found.push(at);
      const expected = Array.from(text.matchAll(pattern), ({ index = 0, 0: found }) => [
        index,
        index + found.length,
      ]);
      assert.deepEqual(found, expected, JSON.stringify([texts, text]));
    }
  }
});
