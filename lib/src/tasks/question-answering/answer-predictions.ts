import { ConfigError } from "../../errors";
import type { SquadPrediction } from "../../evaluation/squad";
import { refuseUnknownOptions } from "../../known-options";
import type { Span } from "../../tokenizers/piece";
import {
  type AnswerWindow,
  rankAnswers,
  RANK_OPTIONS,
  type RankedAnswer,
  type RankOptions,
} from "./rank-answers";

/** The rows that were asked, a window of a text each. */
export interface AskedFeatures {
  sample: ArrayLike<number>;
  offset_mapping: readonly (readonly Span[])[];
}

/** What `Trainer.predict` gives of a model that finds answers. */
export interface TokenScores {
  /** [tokens, 2], the rows one after the other. */
  predictions: { data: ArrayLike<number>; shape: readonly number[] };
  /** How many tokens each row has. */
  counts?: readonly number[];
}

export interface AnswerOptions extends RankOptions {
  /** With `withImpossible`: by how much "" has to have the higher score than the best answer to be the prediction. Default 0. */
  nullScoreDiffThreshold?: number;
}

/**
 * The answer to each question, from the scores of all windows of its text: what SQuAD's metric compares.
 *
 * @param examples  the questions, by whose order `features.sample` counts
 * @throws ConfigError if the scores are none of these features'
 * @see transformers' utils_qa.py, postprocess_qa_predictions
 * @example
 * const [id, question, context] = [["q1"], ["When?"], ["Jane Austen wrote it in 1813."]];
 * const features = prepareValidationFeatures(tokenizer, { question, context });
 * const output = await trainer.predict(Dataset.fromDict(features));
 * const predictions = answerPredictions({ id, context }, features, output);
 * const squad = await evaluate.load("squad");
 * squad.compute({ predictions, references: [{ id: "q1", answers: { text: ["1813"] } }] }).f1;
 */
export function answerPredictions(
  examples: { id: readonly string[]; context: readonly string[] },
  features: AskedFeatures,
  output: TokenScores,
  options: AnswerOptions = {},
): SquadPrediction[] {
  refuseUnknownOptions("answerPredictions", options, [...RANK_OPTIONS, "nullScoreDiffThreshold"]);
  const { nullScoreDiffThreshold = 0, ...ranking } = options;
  const windows = windowsOf(features, output, examples.id.length);
  if (examples.context.length !== windows.length) {
    throw new ConfigError(
      `answerPredictions: there are ${windows.length} ids and ${examples.context.length} texts.`,
    );
  }
  return examples.id.map((id, i) => {
    const ranked = rankAnswers(examples.context[i]!, windows[i]!, ranking);
    return { id, prediction_text: chosen(ranked, nullScoreDiffThreshold).answer };
  });
}

/** The best answer, unless "" is better by more than the threshold. */
function chosen(ranked: readonly RankedAnswer[], threshold: number): RankedAnswer {
  const [none, best] = [
    ranked.find(({ answer }) => answer === ""),
    ranked.find(({ answer }) => answer !== ""),
  ];
  if (!best) return ranked[0]!;
  return none && none.logit - best.logit > threshold ? none : best;
}

function windowsOf(
  features: AskedFeatures,
  { predictions, counts }: TokenScores,
  questions: number,
): AnswerWindow[][] {
  const { sample, offset_mapping: offsets } = features;
  const [rows] = predictions.shape;
  if (
    !counts ||
    counts.length !== offsets.length ||
    counts.some((count, i) => count !== offsets[i]!.length)
  ) {
    throw new ConfigError(
      `answerPredictions: the scores are of ${counts?.length ?? 0} rows with ${rows} tokens, the features ${offsets.length} rows with ` +
        `${offsets.reduce((sum, row) => sum + row.length, 0)}; they have to be what was predicted from.`,
    );
  }
  const windows = Array.from({ length: questions }, (): AnswerWindow[] => []);
  let at = 0;
  for (const [i, count] of counts.entries()) {
    const scores = Array.prototype.slice.call(predictions.data, 2 * at, 2 * (at + count)) as number[];
    const own = windows[sample[i]!];
    if (!own) {
      throw new ConfigError(
        `answerPredictions: row ${i} of the features is of question ${sample[i]}, and there are ${questions} questions, counted from 0.`,
      );
    }
    own.push({ scores, offsets: offsets[i]! });
    at += count;
  }
  const without = windows.findIndex(({ length }) => length === 0);
  if (without >= 0)
    throw new ConfigError(`answerPredictions: no row of the features is of question ${without}.`);
  return windows;
}
