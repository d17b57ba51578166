import assert from "node:assert/strict";
import path from "node:path";
import { describe, test } from "node:test";
import { AutoTokenizer } from "../../lib/src/tokenizers/auto-tokenizer";
import { expected, FIXTURES } from "./expected";

for (const name of ["uncased", "cased"] as const) {
  describe(`ids are the Rust library's, ${name}`, () => {
    for (const [subject, rows] of Object.entries(expected[name].texts)) {
      test(subject, async () => {
        const tokenizer = await AutoTokenizer.fromPretrained(path.join(FIXTURES, name));
        for (const { text, ids, tokens } of rows) {
          const found = tokenizer(text).input_ids;
          assert.deepEqual(found, ids, JSON.stringify(text));
          // Rust gives the stretch of text that an added token took, with the blanks around it.
          const trimmed = tokens.map((token) => token.trim() || token);
          assert.deepEqual(tokenizer.convertIdsToTokens(found), trimmed, JSON.stringify(text));
        }
      });
    }
  });
}

test("truncation is the Rust library's for each strategy, side and length", async () => {
  const tokenizer = await AutoTokenizer.fromPretrained(path.join(FIXTURES, "uncased"));
  for (const { text, pair, strategy, side, special, ids } of expected.uncased.truncation) {
    tokenizer.truncationSide = side;
    for (const [length, answer] of Object.entries(ids)) {
      const call = () =>
        tokenizer(text, {
          textPair: pair ?? undefined,
          truncation: strategy,
          maxLength: Number(length),
          addSpecialTokens: special,
        }).input_ids;
      const where = JSON.stringify({ text, pair, strategy, side, special, length });
      if (answer === null) assert.throws(call, { name: "TokenizerError", message: /truncation/ }, where);
      else assert.deepEqual(call(), answer, where);
    }
  }
});
