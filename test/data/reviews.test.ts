import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { Balance } from "../../data/balance";
import { challenge, composeSplits, DEMONSTRATION, inventReviews, makeReviews, normalized } from "../../data/make-reviews";
import { MOST_ON_THE_WRONG_SIDE } from "../../data/phrases/watched-words";
import { loadDataset } from "../../lib/src/datasets/load-dataset";

const FOLDER = path.resolve(__dirname, "../../data/reviews");
const splits = composeSplits();

test("making the reviews again gives the same bytes", () => {
  for (const [name, text] of makeReviews()) {
    assert.ok(
      readFileSync(path.join(FOLDER, name), "utf8") === text,
      `${name} differs: run npx tsx data/make-reviews.ts`,
    );
  }
});

test("sizes, columns and balance of the opinions", async () => {
  const reviews = await loadDataset("reviews");
  assert.deepEqual(reviews.numRows, { train: 5400, validation: 450, test: 450 });
  for (const split of [reviews.train, reviews.validation]) {
    assert.deepEqual(split.columnNames, ["sentence", "label", "idx"]);
    const positive = split.column("label").filter((label) => label === 1).length / split.length;
    assert.ok(positive >= 0.5 && positive <= 0.54, `${positive} positive`);
  }
  assert.ok(reviews.test.column("label").every((label) => label === -1));
});

test("no sentence stands twice, in one split or in two, and none in the challenge set or the demonstration", async () => {
  const seen = new Map<string, string>();
  for (const [name, split] of await loadDataset("reviews")) {
    for (const { sentence, idx } of split) {
      const key = normalized(sentence);
      assert.ok(!seen.has(key), `"${sentence}" is in ${seen.get(key)} and in ${name} ${idx}`);
      seen.set(key, `${name} ${idx}`);
    }
  }
  for (const sentence of [...DEMONSTRATION, ...challenge()]) assert.ok(!seen.has(normalized(sentence)), sentence);
});

test("no pattern that sentences are made of is in two splits", () => {
  const owner = new Map<string, string>();
  for (const [name, reviews] of Object.entries(splits)) {
    const patterns = new Set(reviews.flatMap(({ template }) => template.split(" + ")));
    assert.ok(patterns.size > 20, `${patterns.size} patterns in ${name}`);
    for (const pattern of patterns) {
      assert.ok(!owner.has(pattern), `"${pattern}" is in ${owner.get(pattern)} and in ${name}`);
      owner.set(pattern, name);
    }
  }
});

test("no everyday word of praise or blame stands too often on the wrong side", () => {
  const { train } = splits;
  let watched = 0;
  for (const { word, sentences, wrong } of new Balance(train).shares()) {
    // A word that hardly occurs teaches nothing.
    if (sentences < 10) continue;
    watched++;
    assert.ok(wrong <= MOST_ON_THE_WRONG_SIDE, `"${word}": ${(100 * wrong).toFixed(0)} % of ${sentences}`);
  }
  assert.ok(watched > 45, `${watched} words`);
  const withGood = train.filter(({ sentence }) => /\bgood\b/i.test(sentence));
  assert.ok(withGood.length > 40 && withGood.filter(({ label }) => label === 1).length > withGood.length / 2);
});

test("everyday remarks are part of it", () => {
  const sentences = Object.values(splits).flatMap((reviews) => reviews.map(({ sentence }) => sentence));
  for (const remark of ["A good film.", "It was not bad.", "Best movie ever"]) assert.ok(sentences.includes(remark));
  const short = sentences.filter((sentence) => sentence.split(" ").length <= 4);
  assert.ok(short.length > sentences.length / 10, `${short.length} of at most four words`);
});

test("sentences are short and long, clean, and hold what reviews are made of", async () => {
  const sentences = (await loadDataset("reviews")).train.column("sentence");
  const words = sentences.map((sentence) => sentence.split(" ").length);
  assert.ok(words.some((count) => count <= 3) && words.some((count) => count >= 30));
  for (const sentence of sentences) {
    assert.doesNotMatch(sentence, /[[\]{}|\t]| {2}|^ | $|\b[Aa] [aeio](?!ne\b|ne[- ])|[.,;:][.,;:]/);
  }
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

test("the challenge set: at least 300 sentences of six kinds, as many of praise as of blame", () => {
  const lines = readFileSync(path.join(FOLDER, "../challenge/test.tsv"), "utf8").trimEnd().split("\n");
  assert.equal(lines[0], "kind\tlabel\tsentence");
  const rows = lines.slice(1).map((line) => line.split("\t"));
  const kinds = new Map<string, number>();
  for (const [kind, label, sentence] of rows) {
    kinds.set(kind!, (kinds.get(kind!) ?? 0) + 1);
    assert.match(label!, /^[01]$/);
    assert.ok(sentence!.length > 2);
  }
  assert.deepEqual([...kinds.keys()].sort(), ["comparison", "contrast", "everyday", "irony", "negation", "plain"]);
  assert.ok(rows.length >= 300);
  assert.ok(Math.abs(rows.filter(([, label]) => label === "1").length / rows.length - 0.5) < 0.02);
  assert.equal(new Set(challenge().map(normalized)).size, rows.length, "each once");
});

test("texts to pretrain on are none of the dataset's or the challenge set's, and the same for the same seed", () => {
  const texts = inventReviews(500, 77);
  assert.deepEqual(inventReviews(500, 77), texts);
  assert.notDeepEqual(inventReviews(500, 78), texts);
  const known = new Set([...Object.values(splits).flat().map(({ sentence }) => sentence), ...challenge()].map(normalized));
  for (const text of texts) assert.ok(!known.has(normalized(text)), text);
});
