import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { AutoTokenizer } from "../../../lib/src/tokenizers/auto-tokenizer";
import { cutVocabulary } from "../../../lib/src/tokenizers/training/cut-vocabulary";
import { trainWordPiece } from "../../../lib/src/tokenizers/training/train-word-piece";
import { pythonWith } from "../../python";

const REVIEWS = readFileSync(path.resolve(__dirname, "../../../data/reviews/train.tsv"), "utf8")
  .trimEnd()
  .split("\n")
  .slice(1)
  .map((line) => line.split("\t")[0]!);

/** Texts that make trouble: accents, Chinese, letters above U+FFFF, combining marks, a sigma, an emoji, nothing at all. */
const STRANGE = [
  "Crème brûlée, déjà vu",
  "你好世界 and 𠀀𠀁",
  "e\u0301te\u0301 ΣΊΣΥΦΟΣ",
  "𝒳𝒴 𝒳𝒴 𝒳𝒴",
  "🎬🎬 ok",
  "",
  "\u0000\ufffd",
  "naïve-ish don't",
];

test("the most frequent pairs become pieces, of equals the first", () => {
  const tokenizer = trainWordPiece(["hug hug hug hugs pug pun bun"], { vocabSize: 21, minFrequency: 1 });
  const vocabulary = [...tokenizer.getVocab()].sort(([, a], [, b]) => a - b).map(([token]) => token);
  assert.deepEqual(vocabulary, [
    ...["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
    ...["b", "g", "h", "n", "p", "s", "u"],
    ...["##b", "##g", "##h", "##n", "##p", "##s", "##u"],
    // u and g stand together five times; then h and ug four times.
    ...["##ug", "hug"],
  ]);
  assert.deepEqual(tokenizer.tokenize("hugs bug"), ["hug", "##s", "b", "##ug"]);
});

test("the same texts give the same vocabulary, whatever their order and however often it is asked", () => {
  const train = (texts: readonly string[]) => [...trainWordPiece(texts, { vocabSize: 1500 }).getVocab()];
  const first = train([...REVIEWS, ...STRANGE]);
  assert.equal(first.length, 1500);
  assert.deepEqual(train([...REVIEWS, ...STRANGE]), first);
  assert.deepEqual(train([...STRANGE, ...REVIEWS].reverse()), first);
});

test("characters are whole whatever their plane; rare ones are left out where there are too many", () => {
  const tokenizer = trainWordPiece(STRANGE, { vocabSize: 300, minFrequency: 1 });
  for (const token of tokenizer.getVocab().keys()) assert.doesNotMatch(token, /\p{Surrogate}/u);
  assert.deepEqual(tokenizer.tokenize("𝒳𝒴 𠀀"), ["𝒳𝒴", "𠀀"]);
  const limited = trainWordPiece(["aaaa bbb cc d"], {
    limitAlphabet: 2,
    minFrequency: 1,
    initialAlphabet: "z",
  });
  assert.deepEqual(limited.tokenize("aaaa bbb zz"), ["aaaa", "[UNK]", "z", "##z"]);
});

test("what cannot be had is refused", () => {
  assert.throws(() => trainWordPiece([]), /the texts hold no words/);
  assert.throws(() => trainWordPiece(["a"], { vocab_size: 9 } as object), /there is no option 'vocab_size'/);
  assert.throws(() => trainWordPiece(["   "]), /the texts hold no words/);
  assert.throws(
    () => trainWordPiece(["abc"], { vocabSize: 8 }),
    /vocabSize is 8, but special tokens and characters alone are 11/,
  );
});

test("what is written is read again, and cuts texts the same way", async (context) => {
  const folder = mkdtempSync(path.join(tmpdir(), "finetune-word-piece-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const tokenizer = trainWordPiece(REVIEWS, { vocabSize: 2000, modelMaxLength: 128 });
  await tokenizer.savePretrained(folder);
  const again = await AutoTokenizer.fromPretrained(folder);
  assert.equal(again.modelMaxLength, 128);
  assert.deepEqual(again([...REVIEWS, ...STRANGE]), tokenizer([...REVIEWS, ...STRANGE]));
});

const { python, skip: noRust } = pythonWith("tokenizers");

test(
  "the Rust library cuts texts as it does, trained and cut vocabularies alike",
  { skip: noRust },
  async (context) => {
    const folder = mkdtempSync(path.join(tmpdir(), "finetune-word-piece-"));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const trained = trainWordPiece([...REVIEWS, ...STRANGE], { vocabSize: 1800 });
    const { tokenizer: cut } = cutVocabulary(trained, REVIEWS.slice(0, 500), { size: 700 });
    const texts = [...REVIEWS.slice(0, 1500), ...STRANGE];
    const script =
      "import sys, json; from tokenizers import Tokenizer; t = Tokenizer.from_file(sys.argv[1]); " +
      "print(json.dumps([t.encode(text).ids for text in json.load(sys.stdin)]))";
    for (const tokenizer of [trained, cut]) {
      await tokenizer.savePretrained(folder);
      const input = JSON.stringify(texts);
      const output = execFileSync(python, ["-c", script, path.join(folder, "tokenizer.json")], { input });
      assert.deepEqual(tokenizer(texts).input_ids, JSON.parse(output.toString()));
    }
  },
);
