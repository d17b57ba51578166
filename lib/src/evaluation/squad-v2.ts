import { ConfigError } from "../errors";
import { answerWords, wordsF1 } from "./answer-words";
import type { SquadReference } from "./squad";

/** An answer that was found, "" for none. */
export interface SquadV2Prediction {
  id: string;
  prediction_text: string;
  /** How sure it is that the text does not say, 0 … 1. */
  no_answer_probability: number;
}

export interface SquadV2Inputs {
  predictions: readonly SquadV2Prediction[];
  /** Without any `answers.text` where the text does not say. */
  references: readonly SquadReference[];
}

export interface SquadV2Options {
  /** Above which probability an answer counts as none. Default 1: never. */
  noAnswerThreshold?: number;
}

export const SQUAD_V2_OPTIONS: readonly (keyof SquadV2Options)[] = ["noAnswerThreshold"];

/** Exact match and F1 in percent over all questions, over those with an answer (HasAns) and without (NoAns); and with the best threshold. */
export interface SquadV2Result {
  exact: number;
  f1: number;
  total: number;
  best_exact: number;
  best_exact_thresh: number;
  best_f1: number;
  best_f1_thresh: number;
  // HasAns_exact, NoAns_f1 …, where there are such questions.
  [figure: string]: number;
}

interface Graded {
  exact: number;
  f1: number;
  hasAnswer: boolean;
  isEmpty: boolean;
  noAnswerProbability: number;
}

/**
 * SQuAD 2's figures, where some questions have no answer.
 *
 * @throws ConfigError for a question without a prediction, or a prediction without its probability
 * @see Rajpurkar et al. 2018; evaluate.load("squad_v2")
 */
export function squadV2(
  { predictions, references }: SquadV2Inputs,
  { noAnswerThreshold = 1 }: SquadV2Options = {},
): SquadV2Result {
  for (const [name, list] of Object.entries({ predictions, references })) {
    if (!Array.isArray(list))
      throw new ConfigError(`squad_v2: ${name} has to be a list of objects with an id.`);
  }
  if (references.length === 0)
    throw new ConfigError("squad_v2: nothing to compare. Is the evaluation dataset empty?");
  const byId = new Map(predictions.map((prediction) => [prediction.id, prediction]));
  const graded = references.map((reference, i) => grade(reference, byId.get(reference.id), i));
  const counted = graded.map((each) => {
    if (!(each.noAnswerProbability > noAnswerThreshold)) return each;
    const right = Number(!each.hasAnswer);
    return { ...each, exact: right, f1: right };
  });
  const [bestExact, exactThreshold] = bestThreshold(graded, "exact");
  const [bestF1, f1Threshold] = bestThreshold(graded, "f1");
  return {
    ...figuresOf(counted, ""),
    ...figuresOf(
      counted.filter(({ hasAnswer }) => hasAnswer),
      "HasAns_",
    ),
    ...figuresOf(
      counted.filter(({ hasAnswer }) => !hasAnswer),
      "NoAns_",
    ),
    best_exact: bestExact,
    best_exact_thresh: exactThreshold,
    best_f1: bestF1,
    best_f1_thresh: f1Threshold,
  } as SquadV2Result;
}

function grade(
  { id, answers }: SquadReference,
  prediction: SquadV2Prediction | undefined,
  index: number,
): Graded {
  const { prediction_text: text, no_answer_probability: probability } = prediction ?? {};
  if (typeof text !== "string" || typeof probability !== "number") {
    throw new ConfigError(
      `squad_v2: references[${index}]: there is no prediction with a prediction_text and a no_answer_probability for the id ` +
        `${JSON.stringify(id)}.`,
    );
  }
  if (!Array.isArray(answers?.text)) {
    throw new ConfigError(`squad_v2: references[${index}] (${JSON.stringify(id)}) has no list answers.text.`);
  }
  const said = answerWords(text);
  const spelled = answers.text.map((each: string) => answerWords(each)).filter(({ length }) => length > 0);
  const truths = spelled.length > 0 ? spelled : [[]];
  const isSame = (truth: readonly string[]) => truth.join(" ") === said.join(" ");
  const f1 = (truth: readonly string[]) =>
    truth.length === 0 || said.length === 0 ? Number(isSame(truth)) : wordsF1(said, truth);
  return {
    exact: Number(truths.some(isSame)),
    f1: Math.max(...truths.map(f1)),
    hasAnswer: answers.text.length > 0,
    isEmpty: text === "",
    noAnswerProbability: probability,
  };
}

function figuresOf(graded: readonly Graded[], prefix: string): Record<string, number> {
  if (graded.length === 0) return {};
  const mean = (name: "exact" | "f1") =>
    (100 * graded.reduce((sum, each) => sum + each[name], 0)) / graded.length;
  return {
    [`${prefix}exact`]: mean("exact"),
    [`${prefix}f1`]: mean("f1"),
    [`${prefix}total`]: graded.length,
  };
}

/** The figure with the threshold with which it is highest: answers of a higher probability that there is none count as none. */
function bestThreshold(
  graded: readonly Graded[],
  figure: "exact" | "f1",
): [percent: number, threshold: number] {
  let score = graded.filter(({ hasAnswer }) => !hasAnswer).length;
  let best = score;
  let threshold = 0;
  const ascending = [...graded].sort((a, b) => a.noAnswerProbability - b.noAnswerProbability);
  for (const { hasAnswer, isEmpty, noAnswerProbability, ...figures } of ascending) {
    score += hasAnswer ? figures[figure] : isEmpty ? 0 : -1;
    if (score > best) [best, threshold] = [score, noAnswerProbability];
  }
  return [(100 * best) / graded.length, threshold];
}
