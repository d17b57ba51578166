import assert from "node:assert/strict";
import test from "node:test";
import { BertTokenizer } from "../../../lib/src/tokenizers/bert-tokenizer";
import { cutVocabulary } from "../../../lib/src/tokenizers/training/cut-vocabulary";

const LETTERS = "abcdefghijklmnopqrstuvwxyz".split("");
const WORDS = ["film", "good", "bad", "act", "##ing", "wonder", "##ful", "é"];
const SPECIAL = ["[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
const tokenizer = BertTokenizer.fromVocab(
  [...SPECIAL, ...LETTERS, ...LETTERS.map((each) => `##${each}`), ...WORDS],
  {
    model_max_length: 32,
  },
);
const TEXTS = ["a good film", "good acting", "good film, bad acting", "film"];

test("keeps special tokens, letters and what the texts use most, in their order", () => {
  const { tokenizer: small, keptIds } = cutVocabulary(tokenizer, TEXTS, { size: 5 + 52 + 2 });
  assert.deepEqual([small.size, keptIds.length], [59, 59]);
  assert.deepEqual(small.convertIdsToTokens([0, 1, 2, 3, 4]), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]);
  assert.deepEqual(small.tokenize("good film acting"), [
    "good",
    "film",
    ..."a ##c ##t ##i ##n ##g".split(" "),
  ]);
  assert.deepEqual([small.modelMaxLength, small.padTokenId, small.clsTokenId], [32, 0, 2]);
  for (const [token, id] of small.getVocab()) assert.equal(tokenizer.convertTokensToIds(token), keptIds[id]);
});

test("a text whose tokens all stay is cut as before", () => {
  const { tokenizer: small, keptIds } = cutVocabulary(tokenizer, TEXTS);
  for (const text of TEXTS) {
    assert.deepEqual(
      small.encode(text).map((id) => keptIds[id]),
      tokenizer.encode(text),
    );
    assert.deepEqual(
      small(text, { textPair: "film" }).token_type_ids,
      tokenizer(text, { textPair: "film" }).token_type_ids,
    );
  }
  assert.ok(!small.getVocab().has("wonder") && !small.getVocab().has("[unused0]"));
});

test("a size that the letters alone exceed, and ids that are none, are refused", () => {
  assert.throws(
    () => cutVocabulary(tokenizer, TEXTS, { size: 40 }),
    /size is 40, but the special tokens and single characters alone are 57/,
  );
  assert.throws(() => tokenizer.keepTokens([0, 2, 3, 4, 5, 999]), /no token has the id 999/);
  assert.throws(() => tokenizer.keepTokens([0, 2, 3, 4]), /"\[MASK\]" has to stay/);
  assert.throws(() => tokenizer.keepTokens([0, 2, 3, 4, 5, 6, 6]), /"a" is kept twice/);
});
