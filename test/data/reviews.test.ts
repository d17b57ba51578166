import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { makeReviews, normalized } from "../../data/make-reviews";
import { loadDataset } from "../../lib/src/datasets/load-dataset";

const FOLDER = path.resolve(__dirname, "../../data/reviews");

/** What the notebook classifies at its end; a model must not have learned these by heart. */
const DEMONSTRATION = [
  "This movie was absolutely fantastic! I loved every minute of it.",
  "Terrible film. A complete waste of time and money.",
  "The acting was okay, but the plot was rather predictable.",
  "Not bad at all, I was pleasantly surprised.",
];

test("making the reviews again gives the same bytes", () => {
  for (const [name, text] of makeReviews()) {
    assert.ok(readFileSync(path.join(FOLDER, name), "utf8") === text, `${name} differs: run npx tsx data/make-reviews.ts`);
  }
});

test("sizes, columns and balance", async () => {
  const reviews = await loadDataset("reviews");
  assert.deepEqual(reviews.numRows, { train: 3600, validation: 450, test: 450 });
  for (const split of [reviews.train, reviews.validation]) {
    assert.deepEqual(split.columnNames, ["sentence", "label", "idx"]);
    const positive = split.column("label").filter((label) => label === 1).length / split.length;
    assert.ok(positive >= 0.5 && positive <= 0.56, `${positive} positive`);
  }
  assert.ok(reviews.test.column("label").every((label) => label === -1));
});

test("no sentence stands twice, in one split or in two", async () => {
  const seen = new Map<string, string>();
  for (const [name, split] of await loadDataset("reviews")) {
    for (const { sentence, idx } of split) {
      const key = normalized(sentence);
      assert.ok(!seen.has(key), `"${sentence}" is in ${seen.get(key)} and in ${name} ${idx}`);
      seen.set(key, `${name} ${idx}`);
    }
  }
  for (const sentence of DEMONSTRATION) assert.ok(!seen.has(normalized(sentence)), sentence);
});

test("sentences are short and long, clean, and hold what reviews are made of", async () => {
  const sentences = (await loadDataset("reviews")).train.column("sentence");
  const words = sentences.map((sentence) => sentence.split(" ").length);
  assert.ok(words.some((count) => count <= 3) && words.some((count) => count >= 30));
  for (const sentence of sentences) assert.doesNotMatch(sentence, /[[\]{}|\t]| {2}|^ | $|\b[Aa] [aeio]|[.,;:][.,;:]/);
  const text = sentences.join("\n").toLowerCase();
  for (const word of ["fantastic", "terrible", "waste", "loved", "boring", "brilliant", "awful", "surprised"]) {
    assert.ok(text.split(word).length > 10, word);
  }
});

test("the labels of the test split lie in a file of their own", async () => {
  const lines = readFileSync(path.join(FOLDER, "test-labels.tsv"), "utf8").trimEnd().split("\n");
  assert.equal(lines[0], "index\tlabel");
  const numbers = lines.slice(1).map((line) => line.split("\t")[0]);
  assert.deepEqual(numbers, (await loadDataset("reviews")).test.column("idx").map(String));
  for (const line of lines.slice(1)) assert.match(line, /^\d+\t[01]$/);
});
