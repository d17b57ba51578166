import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { makeTasks } from "../../data/make-tasks";
import type { ConclusionRow } from "../../data/tasks/conclusions";
import { type NamesRow, TAGS } from "../../data/tasks/names";
import type { ParaphraseRow } from "../../data/tasks/paraphrases";
import type { QuestionRow } from "../../data/tasks/questions";

const FOLDER = path.resolve(__dirname, "../../data/tasks");

function rowsOf<Row>(task: string, split: "train" | "validation"): Row[] {
  const text = readFileSync(path.join(FOLDER, task, `${split}.jsonl`), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
}

/** What of the validation rows stands in the training rows too. */
function shared<Row>(task: string, of: (row: Row) => string | string[]): string[] {
  const train = new Set(rowsOf<Row>(task, "train").flatMap(of));
  return rowsOf<Row>(task, "validation")
    .flatMap(of)
    .filter((each) => train.has(each));
}

test("the files are those that the script writes", () => {
  for (const [name, content] of makeTasks()) {
    assert.equal(readFileSync(path.join(FOLDER, name), "utf8"), content, name);
  }
});

test("sentences with names have a tag a word, and no name of validation stands in training", () => {
  for (const split of ["train", "validation"] as const) {
    for (const { tokens, tags } of rowsOf<NamesRow>("names", split)) {
      assert.equal(tokens.length, tags.length);
      for (const [i, tag] of tags.entries()) {
        assert.ok((TAGS as readonly string[]).includes(tag), tag);
        const kind = tag.slice(2);
        if (tag.startsWith("I-")) assert.ok([`B-${kind}`, `I-${kind}`].includes(tags[i - 1]!), tokens.join(" "));
      }
    }
  }
  const names = ({ tokens, tags }: NamesRow) =>
    tokens.filter((_, i) => /PER|LOC/.test(tags[i]!) || (tags[i]!.endsWith("WORK") && !/^(The|of)$/.test(tokens[i]!)));
  const inBoth = new Set(shared("names", names));
  // "… of Glass" is a title in both.
  assert.deepEqual([...inBoth].sort(), ["Dust", "Glass", "Light", "Salt"]);
});

test("an answer stands where it is said to, and questions of validation are worded otherwise", () => {
  for (const split of ["train", "validation"] as const) {
    for (const { context, answers } of rowsOf<QuestionRow>("questions", split)) {
      const [start, text] = [answers.answer_start[0]!, answers.text[0]!];
      assert.equal(context.slice(start, start + text.length), text);
    }
  }
  assert.deepEqual(
    shared("questions", ({ question }: QuestionRow) => question),
    [],
  );
});

test("a conclusion fits, and three do not; no review is in both splits", () => {
  for (const { conclusions, label } of rowsOf<ConclusionRow>("conclusions", "train")) {
    assert.equal(new Set(conclusions).size, 4);
    assert.ok(label >= 0 && label < 4);
  }
  assert.deepEqual(
    shared("conclusions", ({ review }: ConclusionRow) => review),
    [],
  );
});

test("no sentence of validation stands in a training pair, and each has one partner", () => {
  const pairs = rowsOf<ParaphraseRow>("paraphrases", "validation");
  for (const { sentence1, sentence2 } of pairs) assert.notEqual(sentence1, sentence2);
  assert.equal(new Set(pairs.map(({ sentence2 }) => sentence2)).size, pairs.length);
  const both = ({ sentence1, sentence2 }: ParaphraseRow) => [sentence1, sentence2];
  assert.deepEqual(shared("paraphrases", both), []);
});
