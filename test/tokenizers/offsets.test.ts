import assert from "node:assert/strict";
import test from "node:test";
import { BertTokenizer } from "../../lib/src/tokenizers/bert-tokenizer";

const tokenizer = BertTokenizer.fromVocab(
  ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "cafe", "film", "##s", "!", "😀", "good"],
  { model_max_length: 16 },
);

test("offsets are those of slice: cleaned characters show what they were in the text", () => {
  const text = "A  Café😀 films!";
  const { input_ids, offset_mapping } = tokenizer(text, { returnOffsetsMapping: true });
  assert.deepEqual(tokenizer.convertIdsToTokens(input_ids), [
    "[CLS]",
    "a",
    "[UNK]",
    "film",
    "##s",
    "!",
    "[SEP]",
  ]);
  assert.deepEqual(
    offset_mapping.map(([start, end]) => text.slice(start, end)),
    ["", "A", "Café😀", "film", "s", "!", ""],
  );
});

test("code points count as Python does, which has one where JavaScript has two", () => {
  const text = "😀 a";
  const units = tokenizer(text, { returnOffsetsMapping: true }).offset_mapping;
  const points = tokenizer(text, { returnOffsetsMapping: "codePoints" }).offset_mapping;
  assert.deepEqual(
    [units, points],
    [
      [
        [0, 0],
        [0, 2],
        [3, 4],
        [0, 0],
      ],
      [
        [0, 0],
        [0, 1],
        [2, 3],
        [0, 0],
      ],
    ],
  );
});

test("a list gives a list of rows, padded with [0, 0] and -1", () => {
  const options = { padding: true, returnOffsetsMapping: true, returnSequenceIds: true } as const;
  const { offset_mapping, sequence_ids } = tokenizer(["a", "a film"], {
    ...options,
    textPair: ["good", "!"],
  });
  assert.deepEqual(sequence_ids, [
    [-1, 0, -1, 1, -1, -1],
    [-1, 0, 0, -1, 1, -1],
  ]);
  assert.deepEqual(offset_mapping[0]!.slice(3), [
    [0, 4],
    [0, 0],
    [0, 0],
  ]);
});

test("of texts split into words the numbers and offsets are those of the words", () => {
  const words = ["a", "films!", "", "good"];
  const asked = { isSplitIntoWords: true, returnWordIds: true, returnOffsetsMapping: true } as const;
  const one = tokenizer(words, asked);
  assert.deepEqual(one.word_ids, [-1, 0, 1, 1, 1, 3, -1]);
  assert.deepEqual(
    one.offset_mapping.map(([start, end], i) => words[one.word_ids[i]!]?.slice(start, end)),
    [undefined, "a", "film", "s", "!", "good", undefined],
  );
  const many = tokenizer([words, ["a"]], { isSplitIntoWords: true, padding: true });
  assert.deepEqual(many.input_ids[1], [2, 5, 3, 0, 0, 0, 0]);
  assert.deepEqual(many.input_ids[0], one.input_ids);
});

test("what is cut off is returned in rows that overlap, each with the number of its text", () => {
  const { input_ids, overflow_to_sample_mapping, offset_mapping } = tokenizer(["a", "good"], {
    textPair: ["film a good film a", "!"],
    truncation: "only_second",
    maxLength: 7,
    stride: 1,
    returnOverflowingTokens: true,
    returnOffsetsMapping: true,
  });
  assert.deepEqual(overflow_to_sample_mapping, [0, 0, 1]);
  assert.deepEqual(input_ids, [
    [2, 5, 3, 7, 5, 11, 3],
    [2, 5, 3, 11, 7, 5, 3],
    [2, 11, 3, 9, 3],
  ]);
  assert.deepEqual(offset_mapping[1]!.slice(3, 6), [
    [7, 11],
    [12, 16],
    [17, 18],
  ]);
});

test("one text with what was cut off is a list of rows, and without truncation there is one", () => {
  const cut = tokenizer("a a a a", { truncation: true, maxLength: 4, returnOverflowingTokens: true });
  assert.deepEqual(cut.input_ids, [
    [2, 5, 5, 3],
    [2, 5, 5, 3],
  ]);
  assert.deepEqual(tokenizer("a a", { returnOverflowingTokens: true }).overflow_to_sample_mapping, [0]);
});

test("options that make no sense are refused, and say what does", () => {
  const refused = (message: RegExp, text: unknown, options: object) =>
    assert.throws(() => tokenizer(text as string, options), { name: "TokenizerError", message });
  refused(/stride 3 leaves nothing new in windows of 2 tokens/, "a a a", {
    truncation: true,
    maxLength: 4,
    stride: 3,
    returnOverflowingTokens: true,
  });
  refused(/"only_first" or "only_second"/, "a a a a", {
    textPair: "a a a a",
    truncation: true,
    maxLength: 8,
    returnOverflowingTokens: true,
  });
  refused(/stride is -1/, "a", { stride: -1 });
  refused(/returnOffsetsMapping is 'bytes'/, "a", { returnOffsetsMapping: "bytes" });
  refused(/truncation is 'only_frist'; there are/, "a", { truncation: "only_frist", maxLength: 3 });
  refused(/text\[1\] is an array.*isSplitIntoWords/, ["a", ["b"]], {});
  refused(/with isSplitIntoWords a list of words/, "a b", { isSplitIntoWords: true });
  refused(/text\[1\]\[0\] is null/, [["a"], [null]], { isSplitIntoWords: true });
  refused(/text\[1\] is a value of type string; a list of words is expected/, [["a"], "b"], {
    isSplitIntoWords: true,
  });
  refused(/text\[1\] is an array/, ["a", ["b"]], { isSplitIntoWords: true });
});
