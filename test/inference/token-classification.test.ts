import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { before, describe, test } from "node:test";
import { pipeline } from "../../lib/src/inference/pipeline";
import type { TokenClassificationPipeline } from "../../lib/src/inference/token-classification";
import { AutoModelForTokenClassification } from "../../lib/src/models/auto";
import { BertTokenizer } from "../../lib/src/tokenizers/bert-tokenizer";

interface Fixture {
  vocabulary: string[];
  labels: string[];
  texts: string[];
  answers: Record<string, [label: string, score: number, start: number, end: number][][]>;
}

const FIXTURES = path.resolve(__dirname, "../fixtures");
const fixture = JSON.parse(
  readFileSync(path.join(FIXTURES, "inference/token-classification.json"), "utf8"),
) as Fixture;
const MODEL = path.join(FIXTURES, "conformance/families/bert-token-classification/model");

/** From Python's places in a text to JavaScript's. */
const unitsOf = (text: string, points: number) => Array.from(text).slice(0, points).join("").length;

describe("the pipeline that labels tokens", () => {
  let find: TokenClassificationPipeline;
  before(async () => {
    const model = await AutoModelForTokenClassification.fromPretrained(MODEL, { id2label: fixture.labels });
    const tokenizer = BertTokenizer.fromVocab(fixture.vocabulary, { model_max_length: 40 });
    find = pipeline("ner", { model, tokenizer });
  });

  for (const [strategy, answers] of Object.entries(fixture.answers)) {
    test(`finds with "${strategy}" what transformers finds`, async () => {
      const aggregationStrategy = strategy as "first";
      const found = await find(fixture.texts, { aggregationStrategy, ignoreLabels: [] });
      for (const [i, text] of fixture.texts.entries()) {
        const ours = (found[i] as unknown as Record<string, unknown>[]).map((each) => [
          each.entity ?? each.entity_group,
          each.start,
          each.end,
        ]);
        const theirs = answers[i]!.map(([label, , start, end]) => [
          label,
          unitsOf(text, start),
          unitsOf(text, end),
        ]);
        assert.deepEqual(ours, theirs, text);
        for (const [k, { score }] of found[i]!.entries())
          assert.ok(Math.abs(score - answers[i]![k]![1]) < 1e-5, `${text}: ${score}`);
      }
    });
  }

  test("leaves labels out, and gives one text's names without a list around them", async () => {
    const [text] = fixture.texts as [string];
    const all = await find(text, { ignoreLabels: [] });
    const without = await find(text);
    assert.deepEqual(
      without,
      all.filter(({ entity }) => entity !== "O"),
    );
    for (const { word, start, end, index } of all)
      assert.ok(word.replace("##", "").length === end - start && index > 0, word);
  });

  test("reads a text that is too long in windows, and loses nothing of it", async () => {
    const long = "anna saw the film in new york . ".repeat(20).trim();
    const tokens = await find(long, { ignoreLabels: [] });
    assert.equal(tokens.length, 20 * 8);
    assert.deepEqual(
      tokens.map(({ start, end }) => long.slice(start, end)),
      long.split(" "),
    );
    // Each text of a list has its own windows; the order of the answers is that of the texts.
    const [first, second] = await find([long, "anna"], { ignoreLabels: [] });
    assert.deepEqual([first!.length, second!.length], [160, 1]);
    assert.deepEqual(first, tokens);
  });

  test("refuses what it does not know", async () => {
    await assert.rejects(
      find("anna", { aggregationStrategy: "last" as never }),
      /aggregationStrategy is 'last'; there are none, simple/,
    );
    await assert.rejects(find("anna", { topK: 3 } as never), /token-classification.*topK/);
    await assert.rejects(find("a ".repeat(50), { stride: 38 }), /stride 38 leaves nothing new/);
  });
});
