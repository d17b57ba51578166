import { softmax } from "../../evaluation/softmax";
import type { Span } from "../../tokenizers/piece";

/** What a model makes of a question and one window of its text. */
export interface AnswerWindow {
  /** [tokens, 2], how well an answer begins with each token, and how well it ends with it. */
  scores: ArrayLike<number>;
  /** Where in the text each token stands; [0, 0] for what is none of it. */
  offsets: readonly Span[];
}

export interface RankOptions {
  /** How many beginnings and ends of each window are considered, and how many answers are ranked. Default 20. */
  nBestSize?: number;
  /** Tokens of an answer at most. Default 30. */
  maxAnswerLength?: number;
  /** Whether it may be that the text does not say: then "" is ranked too, by the scores of the first token. Default false. */
  withImpossible?: boolean;
}

export const RANK_OPTIONS: readonly (keyof RankOptions)[] = [
  "nBestSize",
  "maxAnswerLength",
  "withImpossible",
];

/** A stretch of the text that may be the answer; "" says that there is none. */
export interface RankedAnswer {
  answer: string;
  /** `context.slice(start, end)` is the answer. */
  start: number;
  end: number;
  /** Its probability among those that are ranked. */
  score: number;
  /** The sum of the scores of its first and its last token. */
  logit: number;
}

/**
 * The likeliest answers, best first, over all windows of a text. One that stands in two windows counts where it has the higher score.
 *
 * @returns never empty: where no answer is possible, "" with the probability 1
 * @see transformers' utils_qa.py, postprocess_qa_predictions
 */
export function rankAnswers(
  context: string,
  windows: readonly AnswerWindow[],
  { nBestSize = 20, maxAnswerLength = 30, withImpossible = false }: RankOptions = {},
): RankedAnswer[] {
  const candidates = new Map<string, Omit<RankedAnswer, "score">>();
  let impossible = Infinity;
  for (const { scores, offsets } of windows) {
    impossible = Math.min(impossible, scores[0]! + scores[1]!);
    const places = [...offsets.keys()].filter((place) => offsets[place]![1] > 0);
    const best = (side: 0 | 1) =>
      [...places].sort((a, b) => scores[2 * b + side]! - scores[2 * a + side]!).slice(0, nBestSize);
    const ends = best(1);
    for (const first of best(0)) {
      for (const last of ends) {
        if (last < first || last - first >= maxAnswerLength) continue;
        const [start, end] = [offsets[first]![0], offsets[last]![1]];
        const logit = scores[2 * first]! + scores[2 * last + 1]!;
        const key = `${start} ${end}`;
        if (logit <= (candidates.get(key)?.logit ?? -Infinity)) continue;
        candidates.set(key, { answer: context.slice(start, end), start, end, logit });
      }
    }
  }
  const none = { answer: "", start: 0, end: 0, logit: impossible };
  const ranked = [...candidates.values()].sort((a, b) => b.logit - a.logit).slice(0, nBestSize);
  if (ranked.length === 0) return [{ ...none, score: 1 }];
  if (withImpossible) {
    ranked.push(none);
    ranked.sort((a, b) => b.logit - a.logit);
  }
  const [probabilities] = softmax([ranked.map(({ logit }) => logit)]);
  return ranked.map((each, i) => ({ ...each, score: probabilities![i]! }));
}
