import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answerPredictions } from "../../lib/src/tasks/question-answering/answer-predictions";
import {
  prepareTrainFeatures,
  prepareValidationFeatures,
} from "../../lib/src/tasks/question-answering/features";
import { rankAnswers } from "../../lib/src/tasks/question-answering/rank-answers";
import { BertTokenizer } from "../../lib/src/tokenizers/bert-tokenizer";
import { Random } from "../checkpoints/support";

const WORDS = "who where it was shot in oslo by anna may 😀 when".split(" ");
const tokenizer = BertTokenizer.fromVocab(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...WORDS], {
  model_max_length: 64,
});

/** The answer that the positions of a row say. */
function answerOf(features: ReturnType<typeof prepareTrainFeatures>, row: number): string {
  const [start, end] = [features.start_positions[row]!, features.end_positions[row]!];
  return tokenizer.convertIdsToTokens(features.input_ids[row]!.slice(start, end + 1)).join(" ");
}

describe("rows to train on", () => {
  const question = ["where"];

  test("have the tokens of the answer, in each window that holds all of it", () => {
    const context = ["it was shot in oslo by anna it was shot"];
    const answers = [{ text: ["oslo by"], answer_start: [15] }];
    // [CLS] where [SEP] and four words of the text [SEP], of which two are repeated.
    const features = prepareTrainFeatures(
      tokenizer,
      { question, context, answers },
      { maxLength: 8, stride: 2 },
    );
    assert.equal(features.input_ids.length, 4);
    const found = features.input_ids.map((_, row) => answerOf(features, row));
    assert.deepEqual(found, ["[CLS]", "oslo by", "oslo by", "[CLS]"]);
    for (const row of [0, 3]) assert.equal(features.end_positions[row], 0);
  });

  test("count as Python does where a file counts so", () => {
    const context = ["😀 it was oslo"];
    for (const answer_start of [[9], [10]]) {
      const answers = [{ text: ["oslo"], answer_start }];
      const features = prepareTrainFeatures(tokenizer, { question, context, answers });
      assert.equal(answerOf(features, 0), "oslo");
    }
  });

  test("point at [CLS] where the text does not say", () => {
    const answers = [{ text: [], answer_start: [] }];
    const features = prepareTrainFeatures(tokenizer, { question, context: ["it was may"], answers });
    assert.deepEqual([features.start_positions, features.end_positions], [[0], [0]]);
  });

  test("are refused where an answer does not stand where it is said to, or nothing is left of the room", () => {
    const answers = [{ text: ["oslo"], answer_start: [3] }];
    assert.throws(() => prepareTrainFeatures(tokenizer, { question, context: ["it was oslo"], answers }), {
      name: "DatasetError",
      message: /Row 0: the answer "oslo" does not stand at answer_start 3 .* "was oslo"/,
    });
    const long = { question: ["who ".repeat(20)], context: ["it was oslo"] };
    assert.throws(
      () => prepareValidationFeatures(tokenizer, long, { maxLength: 16 }),
      /only_second|Raise maxLength/,
    );
    assert.throws(
      () => prepareValidationFeatures(tokenizer, { question, context: [] }),
      /1 questions and 0 texts/,
    );
    assert.throws(
      () => prepareTrainFeatures(tokenizer, { question, context: ["it was oslo"], answers: [] }),
      /1 texts and answers to 0/,
    );
    assert.throws(() => prepareValidationFeatures(tokenizer, long, { docStride: 3 } as never), /docStride/);
  });
});

describe("answers", () => {
  test("are the best of all stretches of all windows, as trying each one says", () => {
    const random = new Random(3);
    const context = "abcdefghijklmnopqrst";
    for (let round = 0; round < 50; round++) {
      const windows = [0, 6, 12].map((first) => {
        const offsets = [[0, 0], ...Array.from({ length: 8 }, (_, i) => [first + i, first + i + 1])] as [
          number,
          number,
        ][];
        return { offsets, scores: Array.from({ length: 18 }, () => random.below(1000) / 100) };
      });
      let best = { logit: -Infinity, answer: "" };
      for (const { offsets, scores } of windows) {
        for (let start = 1; start < 9; start++) {
          for (let end = start; end < Math.min(9, start + 3); end++) {
            const logit = scores[2 * start]! + scores[2 * end + 1]!;
            if (logit > best.logit)
              best = { logit, answer: context.slice(offsets[start]![0], offsets[end]![1]) };
          }
        }
      }
      const ranked = rankAnswers(context, windows, { maxAnswerLength: 3 });
      assert.equal(ranked[0]!.logit, best.logit);
      assert.equal(ranked[0]!.answer, best.answer);
      assert.ok(Math.abs(ranked.reduce((sum, { score }) => sum + score, 0) - 1) < 1e-9);
      assert.equal(new Set(ranked.map(({ start, end }) => `${start} ${end}`)).size, ranked.length);
      for (const { answer, start, end } of ranked) assert.equal(context.slice(start, end), answer);
    }
  });

  test('may be "", where that is allowed and likelier, or nothing else is possible', () => {
    const offsets: [number, number][] = [
      [0, 0],
      [0, 2],
    ];
    const windows = [{ offsets, scores: [5, 5, 1, 1] }];
    assert.equal(rankAnswers("it", windows)[0]!.answer, "it");
    assert.equal(rankAnswers("it", windows, { withImpossible: true })[0]!.answer, "");
    assert.deepEqual(
      rankAnswers("", [{ offsets: [[0, 0]], scores: [1, 1] }]).map(({ answer, score }) => [answer, score]),
      [["", 1]],
    );
  });

  test("are put together from the rows of a prediction, each question from its own", () => {
    const examples = { id: ["a", "b"], context: ["it was oslo", "by anna"] };
    const features = prepareValidationFeatures(tokenizer, {
      question: ["where", "who"],
      context: examples.context,
    });
    const counts = features.input_ids.map(({ length }) => length);
    const scores = features.input_ids.flatMap((ids) =>
      ids.flatMap((id) => (["oslo", "anna"].includes(tokenizer.convertIdsToTokens(id)) ? [9, 9] : [0, 0])),
    );
    const output = {
      predictions: { data: Float32Array.from(scores), shape: [scores.length / 2, 2] },
      counts,
    };
    assert.deepEqual(answerPredictions(examples, features, output), [
      { id: "a", prediction_text: "oslo" },
      { id: "b", prediction_text: "anna" },
    ]);
    const threshold = { withImpossible: true, nullScoreDiffThreshold: -19 };
    assert.deepEqual(
      answerPredictions(examples, features, output, threshold).map(({ prediction_text }) => prediction_text),
      ["", ""],
    );
    assert.throws(
      () => answerPredictions(examples, features, { ...output, counts: counts.slice(1) }),
      /they have to be what was predicted from/,
    );
    assert.throws(
      () => answerPredictions({ id: ["a"], context: ["it was oslo"] }, features, output),
      /row 1 of the features is of question 1, and there are 1 questions/,
    );
    assert.throws(
      () => answerPredictions({ id: ["a", "b"], context: [] }, features, output),
      /2 ids and 0 texts/,
    );
  });
});
