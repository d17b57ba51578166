import assert from "node:assert/strict";
import { test } from "node:test";
import { DataCollatorForMultipleChoice } from "../../lib/src/collators/data-collator-for-multiple-choice";
import { DataCollatorForTokenClassification } from "../../lib/src/collators/data-collator-for-token-classification";
import { tokenizeGroups } from "../../lib/src/tasks/text-groups/tokenize-groups";
import { tokenizeAndAlignLabels } from "../../lib/src/tasks/token-classification/align-labels";
import { tagSequences } from "../../lib/src/tasks/token-classification/tag-sequences";
import { BertTokenizer } from "../../lib/src/tokenizers/bert-tokenizer";

const tokenizer = BertTokenizer.fromVocab(
  ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "anna", "saw", "film", "##s", "!"],
  { model_max_length: 16 },
);

test("the first piece of a word has its label, or all have", () => {
  const given = {
    words: [
      ["anna", "saw", "films!"],
      ["", "anna"],
    ],
    labels: [[1, 0, 2], Int32Array.of(0, 1)],
  };
  const { input_ids, labels } = tokenizeAndAlignLabels(tokenizer, given);
  assert.deepEqual(input_ids[0], [2, 5, 6, 7, 8, 9, 3]);
  assert.deepEqual(labels, [
    [-100, 1, 0, 2, -100, -100, -100],
    [-100, 1, -100],
  ]);
  const all = tokenizeAndAlignLabels(tokenizer, given, { labelAllTokens: true });
  assert.deepEqual(all.labels[0], [-100, 1, 0, 2, 2, 2, -100]);
  const short = tokenizeAndAlignLabels(tokenizer, given, { truncation: true, maxLength: 4 });
  assert.deepEqual(short.labels[0], [-100, 1, 0, -100]);
  assert.throws(
    () => tokenizeAndAlignLabels(tokenizer, { words: [["anna"], ["saw"]], labels: [[1], [1, 2]] }),
    {
      name: "DatasetError",
      message: /Row 1: 1 words and 2 labels/,
    },
  );
});

test("labels of tokens are padded with what is not asked, on the side of the padding", () => {
  const collator = new DataCollatorForTokenClassification({ tokenizer });
  const rows = [
    { input_ids: [2, 5, 3], labels: [-100, 1, -100] },
    { input_ids: [2, 3], labels: Int32Array.of(-100, -100) },
  ];
  const batch = collator(rows);
  assert.deepEqual(batch.labels?.arraySync(), [
    [-100, 1, -100],
    [-100, -100, -100],
  ]);
  assert.equal(collator(rows.map(({ input_ids }) => ({ input_ids }))).labels, undefined);
  tokenizer.paddingSide = "left";
  assert.deepEqual((collator([...rows].reverse()).labels!.arraySync() as number[][])[0], [-100, -100, -100]);
  tokenizer.paddingSide = "right";
  assert.throws(
    () => collator([{ input_ids: [2, 5, 3], label: [1] }]),
    /Row 0 of the batch: 1 label for 3 input_ids.*tokenizeAndAlignLabels/,
  );
});

test("predictions become tags, a list a row", () => {
  const predictions = { data: [0, 1, 9, 0, 3, 2], shape: [3, 2] };
  const id2label = { 0: "O", 1: "B-PER" };
  assert.deepEqual(tagSequences({ predictions, labelIds: [1, 0, 0], counts: [2, 0, 1] }, id2label), {
    predictions: [["B-PER", "O"], [], ["O"]],
    references: [["B-PER", "O"], [], ["O"]],
  });
  assert.throws(() => tagSequences({ predictions }, id2label), /not those of a token classifier/);
});

test("rows of several texts are tokenized text by text, and padded together", () => {
  const pairs = tokenizeGroups(tokenizer, [
    [
      ["anna", "saw"],
      ["anna", "films"],
    ],
  ]);
  assert.deepEqual(pairs.input_ids, [
    [
      [2, 5, 3, 6, 3],
      [2, 5, 3, 7, 8, 3],
    ],
  ]);
  const single = tokenizeGroups(tokenizer, [["anna", "saw"], ["films"]]);
  assert.deepEqual(single.input_ids[1], [[2, 7, 8, 3]]);
  const batch = new DataCollatorForMultipleChoice({ tokenizer })([
    { input_ids: pairs.input_ids[0], token_type_ids: pairs.token_type_ids![0], label: 1 },
  ]);
  assert.deepEqual(batch.input_ids.shape, [1, 2, 6]);
  assert.deepEqual(batch.attention_mask.arraySync(), [
    [
      [1, 1, 1, 1, 1, 0],
      [1, 1, 1, 1, 1, 1],
    ],
  ]);
  assert.deepEqual(batch.labels?.arraySync(), [1]);
});

test("groups that do not fit are refused, by their row", () => {
  const collator = new DataCollatorForMultipleChoice({ tokenizer });
  const row = (choices: number) => ({ input_ids: Array.from({ length: choices }, () => [2, 3]) });
  assert.throws(() => collator([row(2), row(3)]), /Row 1 of the batch has 3 choices, the first one has 2/);
  assert.throws(() => collator([{ input_ids: [2, 3] }]), /Row 0 of the batch: input_ids is no list of lists/);
  assert.throws(() => tokenizeGroups(tokenizer, [["anna"], []]), /Row 1 has no texts/);
  assert.throws(() => tokenizeGroups(tokenizer, [["anna", ["anna", "saw"]]]), /all have to be of one kind/);
});
