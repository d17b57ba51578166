import assert from "node:assert/strict";
import path from "node:path";
import { before, describe, test } from "node:test";
import { pipeline } from "../../lib/src/inference/pipeline";
import { AutoModelForMultipleChoice, AutoModelForQuestionAnswering } from "../../lib/src/models/auto";
import { BertTokenizer } from "../../lib/src/tokenizers/bert-tokenizer";

const FAMILIES = path.resolve(__dirname, "../fixtures/conformance/families");
const WORDS = Array.from({ length: 35 }, (_, i) => `w${i}`);
const tokenizer = BertTokenizer.fromVocab(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...WORDS], {
  model_max_length: 40,
});

describe("the pipeline that finds answers", () => {
  let ask: ReturnType<typeof load> extends Promise<infer Pipeline> ? Pipeline : never;
  async function load() {
    const folder = path.join(FAMILIES, "bert-question-answering/model");
    const model = await AutoModelForQuestionAnswering.fromPretrained(folder);
    return pipeline("question-answering", { model, tokenizer });
  }
  before(async () => {
    ask = await load();
  });
  const context = WORDS.join(" ");
  const question = "w1 w2?";

  test("answers with stretches of the text, the likeliest first", async () => {
    const answers = await ask({ question, context }, { topK: 5, maxAnswerLen: 3 });
    assert.equal(answers.length, 5);
    for (const [i, { answer, start, end, score }] of answers.entries()) {
      assert.equal(context.slice(start, end), answer);
      assert.ok(answer.split(" ").length <= 3);
      assert.ok(score > 0 && score <= (answers[i - 1]?.score ?? 1));
    }
    assert.deepEqual(await ask({ question, context }, { maxAnswerLen: 3 }), answers[0]);
  });

  test("reads a text of any length, and several questions in their order", async () => {
    const long = `${context} ${"w3 w4 w5 ".repeat(60)}`;
    const [first, second] = await ask([
      { question, context: long },
      { question, context: "w7" },
    ]);
    assert.equal(long.slice(first!.start, first!.end), first!.answer);
    assert.equal(second!.answer, "w7");
    const streamed = [];
    for await (const [best] of ask.stream([{ question, context: "w7" }])) streamed.push(best!.answer);
    assert.deepEqual(streamed, ["w7"]);
  });

  test("may decline", async () => {
    const answers = await ask({ question, context: "w7" }, { topK: 2, handleImpossibleAnswer: true });
    assert.deepEqual(answers.map(({ answer }) => answer).sort(), ["", "w7"]);
  });

  test("refuses what is no question, by its number", async () => {
    const refuses = (asked: unknown, options: object, message: RegExp) =>
      assert.rejects(ask(asked as never, options as never), { name: "ConfigError", message });
    await refuses([{ question, context }, { question }], {}, /question 1 is without a context/);
    await refuses({ question, context: " " }, {}, /question 0 is of an empty context/);
    await refuses("w1", {}, /question 0 is string, and no object/);
    await refuses({ question, context }, { topK: 0 }, /topK is 0/);
    await refuses({ question, context }, { top_k: 1 }, /top_k/);
    // Of a question of 35 tokens there is room for two of the text; of one of 40 for none.
    const { answer } = await ask({ question: context, context: "w1 w2 w3 w4" });
    assert.match(answer, /^w[1-4]( w[1-4])?$/);
    const long = `${context} ${context}`;
    await refuses({ question: long, context }, {}, /question 0 \("w0 w1 .*only_second.*Raise maxLength/s);
  });
});

test("the pipeline that chooses ranks the choices of each question, however many they are", async () => {
  const folder = path.join(FAMILIES, "bert-multiple-choice/model");
  const model = await AutoModelForMultipleChoice.fromPretrained(folder);
  const choose = pipeline("multiple-choice", { model, tokenizer });
  const questions = [
    { prompt: "w1", choices: ["w2", "w3 w4", "w5"] },
    { prompt: "w1 w2", choices: ["w6", "w7"] },
    { prompt: "w9", choices: ["w2", "w3 w4", "w5"] },
  ];
  const answers = await choose(questions);
  for (const [i, ranked] of answers.entries()) {
    const { choices } = questions[i]!;
    assert.deepEqual(ranked.map(({ choice }) => choice).sort(), [...choices].sort());
    assert.ok(Math.abs(ranked.reduce((sum, { score }) => sum + score, 0) - 1) < 1e-6);
    for (const { index, choice } of ranked) assert.equal(choices[index], choice);
    const alone = await choose(questions[i]!);
    assert.deepEqual(
      alone.map(({ index }) => index),
      ranked.map(({ index }) => index),
    );
  }
  await assert.rejects(choose({ prompt: "w1", choices: [] }), /question 0 is without choices/);
  await assert.rejects(choose({ choices: ["w1"] } as never), /question 0 is without a prompt/);
});
