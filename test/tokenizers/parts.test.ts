import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { PreTrainedTokenizer } from "../../lib/src/tokenizers/pretrained-tokenizer";
import { parseTokenizerJson } from "../../lib/src/tokenizers/tokenizer-json";
import { assertCutsAs, type Answer } from "../differential/tokenizer-answers";
import { CHARSMAP } from "../differential/model-fixtures";
import { KINDS, tokenizerJson } from "../differential/tokenizer-kinds";
import { FIXTURES } from "./expected";

interface Fixture {
  texts: string[];
  vocabulary: string[];
  answers: Answer[][];
}

const { texts, vocabulary, answers } = JSON.parse(
  readFileSync(path.join(FIXTURES, "parts.json"), "utf8"),
) as Fixture;

describe("texts are cut, and put together, as the Rust library does", () => {
  for (const [kind, name] of Object.keys(KINDS).entries()) {
    test(name, () => assertCutsAs(tokenizerJson(name, vocabulary), texts, answers[kind]!));
  }
});

describe("what is not supported is refused by name, with the file", () => {
  const base = tokenizerJson("Lowercase, Whitespace", vocabulary);
  const refuses = (name: string, change: Record<string, unknown>, message: RegExp): void => {
    test(name, () => {
      const build = () => {
        const json = parseTokenizerJson({ ...base, ...change }, "a/tokenizer.json");
        return new PreTrainedTokenizer({ json, config: {}, file: "a/tokenizer.json" });
      };
      assert.throws(build, (error: Error) => {
        assert.equal(error.name, "TokenizerError");
        assert.match(error.message, /^a\/tokenizer\.json: /);
        assert.match(error.message, message);
        return true;
      });
    });
  };
  const split = (pattern: unknown) => ({
    pre_tokenizer: { type: "Split", pattern, behavior: "Isolated", invert: false },
  });
  refuses("a normalizer", { normalizer: { type: "Visual" } }, /normalizer: .*"Visual"/);
  for (const [name, table] of [
    ["no table", ""],
    ["a table that is no base64", "%%%"],
    ["a table that is cut off", CHARSMAP.slice(0, 4000)],
  ] as const) {
    const normalizer = { type: "Precompiled", precompiled_charsmap: table };
    refuses(name, { normalizer }, /normalizer: precompiled_charsmap is no table of SentencePiece's/);
  }
  refuses("one that is Object's", { normalizer: { type: "constructor" } }, /"constructor" is not supported/);
  refuses(
    "one in a sequence",
    { normalizer: { type: "Sequence", normalizers: [{ type: "NFC" }, { type: "ByteLevel" }] } },
    /normalizer\.normalizers\[1\]: its type "ByteLevel"/,
  );
  refuses(
    "a pre-tokenizer",
    { pre_tokenizer: { type: "UnicodeScripts" } },
    /pre_tokenizer: .*"UnicodeScripts"/,
  );
  refuses("a decoder", { decoder: { type: "DecodeStream" } }, /decoder: .*"DecodeStream"/);
  refuses("a processor", { post_processor: { type: "Custom" } }, /post_processor: .*"Custom"/);
  refuses(
    "a missing option",
    { pre_tokenizer: { type: "Split", behavior: "Isolated", invert: false } },
    /its pattern is neither/,
  );
  refuses("a behavior", { pre_tokenizer: { type: "Punctuation", behavior: "Kept" } }, /behavior is "Kept"/);
  for (const [regex, why] of [
    ["a(?=b)", "(?=b"],
    ["(?<!a)b", "(?<!"],
    ["(a)\\1", "\\1"],
    ["a++", "possessive"],
    ["[[:alpha:]]", "class within a class"],
    ["[a&&b]", "&& in a class"],
    ["\\p{Emoji}", "\\p{Emoji}"],
    ["\\bword", "\\b"],
    ["(?i:a)", "(?i:"],
    ["a{,3}", "a brace"],
    ["a*", "matches nothing"],
    ["(", "missing"],
  ]) {
    refuses(
      `the regular expression ${regex}`,
      split({ Regex: regex }),
      new RegExp(why!.replace(/[\\^$.*+?()[\]{}|&]/g, "\\$&")),
    );
  }
});

test("a stranger's regular expression takes time linear in the text", () => {
  const json = parseTokenizerJson(
    {
      ...tokenizerJson("Lowercase, Whitespace", vocabulary),
      pre_tokenizer: { type: "Split", pattern: { Regex: "(a+)+b" }, behavior: "Isolated", invert: false },
    },
    "tokenizer.json",
  );
  const tokenizer = new PreTrainedTokenizer({ json, config: {}, file: "tokenizer.json" });
  // Backtracking would take 2^10,000 steps.
  assert.equal(tokenizer("a".repeat(10_000)).input_ids.length, 3);
});
