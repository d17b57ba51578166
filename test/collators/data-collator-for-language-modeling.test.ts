import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { DataCollatorForLanguageModeling } from "../../lib/src/collators/data-collator-for-language-modeling";
import { BertTokenizer } from "../../lib/src/tokenizers/bert-tokenizer";
import { startEngine } from "../engine";

const WORDS = Array.from({ length: 200 }, (_, i) => `w${i}`);
const tokenizer = BertTokenizer.fromVocab([
  "[PAD]",
  "[UNK]",
  "[CLS]",
  "[SEP]",
  "[MASK]",
  ...WORDS,
  "##x",
  "##y",
]);
const { maskTokenId } = tokenizer;
const random = (length: number, i: number) => WORDS[(i * 37 + length * 11) % WORDS.length]!;
const texts = Array.from({ length: 400 }, (_, row) =>
  Array.from({ length: 3 + (row % 30) }, (_, i) => random(row, i) + (i % 3 === 0 ? "xy" : "")).join(" "),
);
const encoded = tokenizer(texts, { returnWordIds: true });
const rows = texts.map((_, i) => ({ input_ids: encoded.input_ids[i], word_ids: encoded.word_ids[i] }));

/** All tokens of all rows: what stood there, what the model sees, and what is asked. */
function tokensOf(collator: DataCollatorForLanguageModeling, step = 0) {
  const batch = collator(rows, { seed: 1, step, training: true });
  const [count, width] = batch.input_ids.shape;
  assert.deepEqual(batch.labels!.shape, [count, width]);
  const [seen, labels, mask] = [batch.input_ids, batch.labels!, batch.attention_mask].map((x) =>
    x.dataSync(),
  );
  tf.dispose({ ...batch });
  return Array.from(seen!, (id, place) => {
    const row = Math.floor(place / width);
    return {
      row,
      original: rows[row]!.input_ids![place % width],
      word: rows[row]!.word_ids![place % width],
      seen: id,
      label: labels![place]!,
      isToken: mask![place] === 1,
    };
  });
}

describe("DataCollatorForLanguageModeling", () => {
  before(() => startEngine("cpu"));

  test("asks for 15 % of the tokens: 80 % of them masked, 10 % another token, 10 % as they are", () => {
    const collator = new DataCollatorForLanguageModeling({ tokenizer });
    const all = [0, 1, 2].flatMap((step) => tokensOf(collator, step));
    const special = new Set(tokenizer.allSpecialIds);
    const words = all.filter(({ isToken, original }) => isToken && !special.has(original!));
    const asked = all.filter(({ label }) => label !== -100);
    const near = (actual: number, expected: number, spread: number, what: string) =>
      assert.ok(Math.abs(actual - expected) < spread, `${what}: ${actual}`);
    near(asked.length / words.length, 0.15, 0.01, "asked");
    near(asked.filter(({ seen }) => seen === maskTokenId).length / asked.length, 0.8, 0.03, "masked");
    near(asked.filter(({ seen, label }) => seen === label).length / asked.length, 0.1, 0.03, "as they are");
    for (const { isToken, original, label, seen } of all) {
      if (label === -100) assert.equal(seen, isToken ? original : tokenizer.padTokenId);
      else
        assert.ok(isToken && label === original && !special.has(label), "special tokens and padding never");
    }
  });

  test("the same place in a run draws the same masks, another place others", () => {
    const collator = new DataCollatorForLanguageModeling({ tokenizer });
    const again = new DataCollatorForLanguageModeling({ tokenizer });
    assert.deepEqual(tokensOf(collator, 3), tokensOf(again, 3));
    assert.notDeepEqual(tokensOf(collator, 3), tokensOf(collator, 4));
    const bare = () => {
      const { labels, ...others } = collator(rows);
      const values = [...labels!.dataSync()];
      tf.dispose([labels!, { ...others }] as never);
      return values;
    };
    assert.notDeepEqual(bare(), bare(), "without a context every call draws anew");
  });

  test("whole words are asked for whole", () => {
    const collator = new DataCollatorForLanguageModeling({ tokenizer, wholeWordMask: true });
    const all = tokensOf(collator);
    const words = new Map<string, boolean[]>();
    for (const { row, word, isToken, label } of all) {
      if (!isToken || word === -1) continue;
      const key = `${row} ${word}`;
      words.set(key, [...(words.get(key) ?? []), label !== -100]);
    }
    const asked = [...words.values()].filter((pieces) => pieces[0]);
    for (const pieces of words.values()) assert.ok(pieces.every((piece) => piece === pieces[0]));
    assert.ok(asked.some((pieces) => pieces.length === 3));
    assert.ok(Math.abs(asked.length / words.size - 0.15) < 0.02);
    assert.throws(
      () => collator([{ input_ids: [2, 5, 3] }]),
      /Row 0 of the batch: wholeWordMask needs word_ids, one for each of the 3 input_ids/,
    );
  });

  test("padding on the left moves the labels with the tokens", () => {
    const left = BertTokenizer.fromVocab(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b"], {
      padding_side: "left",
    });
    const collator = new DataCollatorForLanguageModeling({
      tokenizer: left,
      mlmProbability: 1,
      maskReplaceProb: 0,
      randomReplaceProb: 0,
    });
    const batch = collator([{ input_ids: [2, 5, 3] }, { input_ids: [2, 5, 6, 5, 3] }]);
    assert.deepEqual(batch.labels!.arraySync(), [
      [-100, -100, -100, 5, -100],
      [-100, 5, 6, 5, -100],
    ]);
    tf.dispose({ ...batch });
  });

  test("what cannot work is refused", () => {
    for (const [options, pattern] of [
      [{ mlmProbability: 1.5 }, /mlmProbability is 1\.5/],
      [
        { mlm_probability: 0.2 } as object,
        /there is no option 'mlm_probability'; there are tokenizer, mlmProbability/,
      ],
      [{ maskReplaceProb: 0.8, randomReplaceProb: 0.3 }, /together 1\.1/],
    ] as const) {
      assert.throws(() => new DataCollatorForLanguageModeling({ tokenizer, ...options }), pattern);
    }
    const without = BertTokenizer.fromVocab(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a"]);
    assert.throws(() => new DataCollatorForLanguageModeling({ tokenizer: without }), /no mask token/);
  });
});
