import { ConfigError } from "../errors";
import { prepareValidationFeatures } from "../tasks/question-answering/features";
import { rankAnswers } from "../tasks/question-answering/rank-answers";
import { type InputKind, overInputs, type RunOptions, type Source, type StreamOptions } from "./over-inputs";
import type { PipelineParts } from "./parts";
import { rowsOf, tokenScores } from "./token-scores";

/** A question, and the text in which its answer is to be found. */
export interface Question {
  question: string;
  context: string;
}

/** An answer, as it stands in the text. */
export interface Answer {
  /** "" where the text does not say; with `handleImpossibleAnswer` only. */
  answer: string;
  /** Its probability among the answers that were considered. */
  score: number;
  /** `context.slice(start, end)` is the answer. */
  start: number;
  end: number;
}

export interface AnswerQuestionOptions extends RunOptions {
  /** How many answers, the likeliest first. Default 1. */
  topK?: number;
  /** Tokens of an answer at most. Default 15. */
  maxAnswerLen?: number;
  /** Whether it may be that the text does not say. Default false. */
  handleImpossibleAnswer?: boolean;
  /** Tokens of a window of a long text, question and special tokens included. Default 384, or what the model takes. */
  maxSeqLen?: number;
  /** How many tokens of it a window repeats of the one before. Default 128, or half of what a window has of the text if that is less. */
  docStride?: number;
}

const OPTIONS: readonly (keyof AnswerQuestionOptions)[] = [
  "topK",
  "maxAnswerLen",
  "handleImpossibleAnswer",
  "maxSeqLen",
  "docStride",
  "signal",
];
const LONGEST = 384;

/** Finds answers in texts. @see transformers' QuestionAnsweringPipeline (version 4) */
export interface QuestionAnsweringPipeline {
  /** @returns the likeliest answers, best first */
  (question: Question, options: AnswerQuestionOptions & { topK: number }): Promise<Answer[]>;
  (questions: readonly Question[], options: AnswerQuestionOptions & { topK: number }): Promise<Answer[][]>;
  /** @returns the likeliest answer */
  (question: Question, options?: AnswerQuestionOptions & { topK?: undefined }): Promise<Answer>;
  (questions: readonly Question[], options?: AnswerQuestionOptions & { topK?: undefined }): Promise<Answer[]>;
  /** The likeliest answers to any number of questions, in their order and as they come; memory stays flat. */
  stream(
    questions: Source<Question>,
    options?: AnswerQuestionOptions & StreamOptions,
  ): AsyncGenerator<Answer[], void, undefined>;
  /** Loads the model and runs it once, so that the first question does not wait for it. */
  warmUp(): Promise<void>;
}

const QUESTION: InputKind<Question> = {
  name: "question",
  fault(input) {
    if (typeof input !== "object" || input === null) {
      return `${input === null ? "null" : typeof input}, and no object with a question and a context`;
    }
    for (const name of ["question", "context"] as const) {
      const value = (input as Partial<Question>)[name];
      if (typeof value !== "string") return `without a ${name}, which has to be a string`;
      if (value.trim() === "") return `of an empty ${name}`;
    }
    return undefined;
  },
  length: ({ context }) => context.length,
  text: ({ question }) => question,
};

/**
 * @param load       called for each batch; loads once
 * @param batchSize  questions, or windows of a text, that the model gets at once
 */
export function questionAnswering(
  load: () => Promise<PipelineParts>,
  batchSize: number,
): QuestionAnsweringPipeline {
  const answerer = (options: AnswerQuestionOptions) => {
    const { topK = 1, maxAnswerLen = 15, handleImpossibleAnswer = false } = options;
    for (const [name, value] of Object.entries({ topK, maxAnswerLen })) {
      if (!Number.isInteger(value) || value < 1)
        throw new ConfigError(`${name} is ${value}; it has to be a positive integer.`);
    }
    return async (questions: readonly Question[]) => {
      const parts = await load();
      const windows = await windowsOf(parts, questions, options, batchSize);
      const ranking = {
        nBestSize: Math.max(20, topK),
        maxAnswerLength: maxAnswerLen,
        withImpossible: handleImpossibleAnswer,
      };
      return questions.map(({ context }, i) =>
        rankAnswers(context, windows[i]!, ranking)
          .slice(0, topK)
          .map(({ answer, score, start, end }): Answer => ({ answer, score, start, end })),
      );
    };
  };
  const task = { task: "question-answering", options: OPTIONS, batchSize, answerer };
  const warm = { question: "Is it warm?", context: "It is warm." };
  const { all, stream, warmUp } = overInputs<Question, AnswerQuestionOptions, Answer[]>(task, QUESTION, warm);
  const answer = async (input: Question | readonly Question[], options: AnswerQuestionOptions = {}) => {
    const isList = Array.isArray(input);
    const results = await all(isList ? (input as readonly Question[]) : [input as Question], options);
    const wanted = options.topK === undefined ? results.map(([best]) => best!) : results;
    return isList ? wanted : wanted[0]!;
  };
  return Object.assign(answer, { stream, warmUp }) as QuestionAnsweringPipeline;
}

/** What the model makes of each window of each question's text. */
async function windowsOf(
  parts: PipelineParts,
  questions: readonly Question[],
  { maxSeqLen = LONGEST, docStride }: AnswerQuestionOptions,
  batchSize: number,
) {
  const { model, tokenizer } = parts;
  const maxLength = Math.min(maxSeqLen, tokenizer.modelMaxLength, model.config.longestSequence);
  const columns = {
    question: questions.map(({ question }) => question),
    context: questions.map(({ context }) => context),
  };
  const options = { maxLength, ...(docStride !== undefined && { stride: docStride }) };
  const features = prepareValidationFeatures(tokenizer, columns, options);
  const scores = await tokenScores(parts, rowsOf(features), batchSize);
  const windows = questions.map(
    (): { scores: Float32Array; offsets: (typeof features.offset_mapping)[number] }[] => [],
  );
  for (const [row, sample] of features.sample.entries()) {
    windows[sample]!.push({ scores: scores[row]!, offsets: features.offset_mapping[row]! });
  }
  return windows;
}
