import assert from "node:assert/strict";
import test from "node:test";
import { BertTokenizer } from "../../lib/src/tokenizers/bert-tokenizer";

const tokenizer = BertTokenizer.fromVocab(
  ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "good", "film", "##s", "##ing", "act", "!"],
  { model_max_length: 16 },
);

test("returnWordIds says which word each token is part of; -1 for special tokens and padding", () => {
  const { input_ids, word_ids } = tokenizer(["a good films!", "acting"], {
    returnWordIds: true,
    padding: true,
  });
  assert.deepEqual(input_ids, [
    [2, 5, 6, 7, 8, 11, 3],
    [2, 10, 9, 3, 0, 0, 0],
  ]);
  assert.deepEqual(word_ids, [
    [-1, 0, 1, 2, 2, 3, -1],
    [-1, 0, 0, -1, -1, -1, -1],
  ]);
  assert.ok(!("word_ids" in tokenizer("a good film")));
});

test("the words of a second text are counted anew, and what is cut off is gone here too", () => {
  const pair = tokenizer("a films", { textPair: "good acting", returnWordIds: true });
  assert.deepEqual(pair.word_ids, [-1, 0, 1, 1, -1, 0, 1, 1, -1]);
  const short = tokenizer("a good films !", { truncation: true, maxLength: 5, returnWordIds: true });
  assert.deepEqual(
    [short.input_ids, short.word_ids],
    [
      [2, 5, 6, 7, 3],
      [-1, 0, 1, 2, -1],
    ],
  );
});

test("truncation on the left keeps the numbers of the whole text; unknown words and masks count as words", () => {
  const left = BertTokenizer.fromVocab(
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "good", "film", "##s"],
    { truncation_side: "left" },
  );
  const cut = left("a good films", { truncation: true, maxLength: 4, returnWordIds: true });
  assert.deepEqual(
    [cut.input_ids, cut.word_ids],
    [
      [2, 7, 8, 3],
      [-1, 2, 2, -1],
    ],
  );
  assert.deepEqual(left("a [MASK] qqq", { returnWordIds: true }).word_ids, [-1, 0, 1, 2, -1]);
});
