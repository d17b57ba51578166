import { DatasetError } from "../../errors";
import { refuseUnknownOptions } from "../../known-options";
import type { PreTrainedTokenizer } from "../../tokenizers/pretrained-tokenizer";
import type { Span } from "../../tokenizers/piece";

/** Questions, each with the text in which its answer is to be found. */
export interface Questions {
  question: readonly string[];
  context: readonly string[];
}

/** Answers as SQuAD's files have them. */
export interface GivenAnswers {
  /** The right ones; of several the first is trained on. None: the text does not say. */
  text: readonly string[];
  /** Where each begins in its text. */
  answer_start: ArrayLike<number>;
}

export interface FeatureOptions {
  /** Tokens a row at most: question, part of the text, special tokens. Default 384, or what the model takes. */
  maxLength?: number;
  /** How many tokens of the text a row repeats of the one before. Default 128, or half of a window if that is less. */
  stride?: number;
}

/** Rows of questions with windows of their texts: a long text has several. */
export type QuestionFeatures = {
  input_ids: number[][];
  token_type_ids?: number[][];
  attention_mask: number[][];
};

export type TrainFeatures = QuestionFeatures & {
  /** The tokens with which the answer begins and ends; 0 and 0 in windows that do not hold all of it. */
  start_positions: number[];
  end_positions: number[];
};

export type ValidationFeatures = QuestionFeatures & {
  /** The number of its question. */
  sample: number[];
  /** Where in the text each token stands; [0, 0] for what is none of it. */
  offset_mapping: Span[][];
};

const FEATURE_OPTIONS: readonly (keyof FeatureOptions)[] = ["maxLength", "stride"];
const LONGEST = 384;
const STRIDE = 128;

/**
 * Questions and texts as a model reads them: texts that are too long in windows that overlap.
 *
 * @see transformers' run_qa.py, prepare_validation_features
 * @example
 * const questions = { question: ["Who wrote it?"], context: ["Jane Austen wrote it in 1813."] };
 * const { input_ids, sample, offset_mapping } = prepareValidationFeatures(tokenizer, questions, { stride: 64 });
 */
export function prepareValidationFeatures(
  tokenizer: PreTrainedTokenizer,
  { question, context }: Questions,
  options: FeatureOptions = {},
): ValidationFeatures {
  refuseUnknownOptions("prepareValidationFeatures", options, FEATURE_OPTIONS, DatasetError);
  const { sequence_ids, offset_mapping, overflow_to_sample_mapping, ...columns } = encode(
    tokenizer,
    { question, context },
    options,
  );
  return {
    ...columns,
    sample: overflow_to_sample_mapping,
    offset_mapping: offset_mapping.map((row, i) =>
      row.map((span, place): Span => (sequence_ids[i]![place] === CONTEXT ? span : [0, 0])),
    ),
  };
}

/**
 * Questions and texts to train on, with the tokens where each answer begins and ends.
 *
 * @param given  as SQuAD's columns are; `answer_start` may count as Python does, which shows with characters beyond U+FFFF
 * @throws DatasetError that names the row whose answer does not stand where it is said to
 * @see transformers' run_qa.py, prepare_train_features
 * @example
 * const context = ["Jane Austen wrote it in 1813."];
 * const answers = [{ text: ["1813"], answer_start: [24] }];
 * const { start_positions } = prepareTrainFeatures(tokenizer, { question: ["When?"], context, answers });
 */
export function prepareTrainFeatures(
  tokenizer: PreTrainedTokenizer,
  given: Questions & { answers: readonly GivenAnswers[] },
  options: FeatureOptions = {},
): TrainFeatures {
  refuseUnknownOptions("prepareTrainFeatures", options, FEATURE_OPTIONS, DatasetError);
  if (given.answers.length !== given.context.length) {
    throw new DatasetError(`There are ${given.context.length} texts and answers to ${given.answers.length}.`);
  }
  const { sample, offset_mapping, ...columns } = prepareValidationFeatures(tokenizer, given, options);
  const spans = given.context.map((context, row) => answerSpan(context, given.answers[row]!, row));
  const found = offset_mapping.map((offsets, i) => tokensOf(spans[sample[i]!], offsets));
  return {
    ...columns,
    start_positions: found.map(([start]) => start),
    end_positions: found.map(([, end]) => end),
  };
}

/** The text of a pair that the answer is in. */
const CONTEXT = 1;

function encode(tokenizer: PreTrainedTokenizer, { question, context }: Questions, options: FeatureOptions) {
  if (question.length !== context.length) {
    throw new DatasetError(`There are ${question.length} questions and ${context.length} texts.`);
  }
  const { maxLength = Math.min(LONGEST, tokenizer.modelMaxLength) } = options;
  // White space before a question would take the place of text.
  const questions = question.map((each) => each.trimStart());
  return tokenizer(questions, {
    textPair: context,
    truncation: "only_second",
    maxLength,
    stride: options.stride ?? defaultStride(tokenizer, questions, maxLength),
    returnOverflowingTokens: true,
    returnOffsetsMapping: true,
    returnSequenceIds: true,
  });
}

/** Such that windows get on beside the longest question too. */
function defaultStride(
  tokenizer: PreTrainedTokenizer,
  questions: readonly string[],
  maxLength: number,
): number {
  const lengths = questions.map((each) => tokenizer.encode(each, { addSpecialTokens: false }).length);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const room = maxLength - tokenizer.numSpecialTokensToAdd(true) - longest;
  return Math.min(STRIDE, Math.max(0, Math.floor(room / 2)));
}

/** Where in a text its answer stands; undefined if it has none. */
function answerSpan(context: string, answers: GivenAnswers, row: number): Span | undefined {
  const [text, start] = [answers.text[0], answers.answer_start[0]];
  if (text === undefined) return undefined;
  if (text !== "" && start !== undefined) {
    if (context.startsWith(text, start)) return [start, start + text.length];
    // Python counts a character beyond U+FFFF as one.
    const units = Array.from(context).slice(0, start).join("").length;
    if (context.startsWith(text, units)) return [units, units + text.length];
  }
  throw new DatasetError(
    `Row ${row}: the answer ${JSON.stringify(text)} does not stand at answer_start ${start ?? "(missing)"} of its context, where there is ` +
      `${JSON.stringify(context.slice(start ?? 0, (start ?? 0) + Math.max(text.length, 20)))}.`,
  );
}

/** The first and the last token of an answer; the first token of all where the window does not hold all of it. */
function tokensOf(answer: Span | undefined, offsets: readonly Span[]): [start: number, end: number] {
  if (!answer) return [0, 0];
  const isContext = ([, end]: Span) => end > 0;
  const first = offsets.findIndex(isContext);
  let last = offsets.length - 1;
  while (last > first && !isContext(offsets[last]!)) last--;
  if (first < 0 || offsets[first]![0] > answer[0] || offsets[last]![1] < answer[1]) return [0, 0];
  let start = first;
  while (start < last && offsets[start + 1]![0] <= answer[0]) start++;
  let end = last;
  while (end > start && offsets[end - 1]![1] >= answer[1]) end--;
  return [start, end];
}
