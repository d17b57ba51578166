import { ConfigError } from "../errors";

/** An answer that was found. */
export interface SquadPrediction {
  id: string;
  prediction_text: string;
}

/** The answers that count as right, as SQuAD's files have them. */
export interface SquadReference {
  id: string;
  answers: { text: readonly string[]; answer_start?: readonly number[] };
}

export interface SquadInputs {
  predictions: readonly SquadPrediction[];
  references: readonly SquadReference[];
}

/** In percent, as SQuAD's own script gives them. */
export interface SquadResult {
  /** Answers that are one of the right ones, but for case, punctuation, articles and white space. */
  exact_match: number;
  /** The mean over the questions of the F1 of an answer's words, of the right answer that fits it best. */
  f1: number;
  // A metric's figures are by name.
  [figure: string]: number;
}

/** Python's string.punctuation. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g;

/** As a word of its own, of letters of any script. */
const ARTICLE = /(?<![\p{L}\p{N}_])(a|an|the)(?![\p{L}\p{N}_])/gu;

/** What two answers are compared by. */
function normalized(answer: string): string {
  const words = answer.toLowerCase().replace(PUNCTUATION, "");
  return words
    .replace(ARTICLE, " ")
    .split(/\s+/)
    .filter((word) => word !== "")
    .join(" ");
}

function f1Of(prediction: string, truth: string): number {
  const [predicted, wanted] = [prediction, truth].map((text) =>
    normalized(text).split(" ").filter(Boolean),
  ) as [string[], string[]];
  const left = new Map<string, number>();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let same = 0;
  for (const word of predicted) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    same++;
  }
  if (same === 0) return 0;
  const [precision, recall] = [same / predicted.length, same / wanted.length];
  return (2 * precision * recall) / (precision + recall);
}

/**
 * How many questions were answered exactly, and how much of the words of the answers was right.
 *
 * @throws ConfigError for a question without a prediction, or without an answer that would be right
 * @see Rajpurkar et al. 2016; evaluate.load("squad")
 */
export function squad({ predictions, references }: SquadInputs): SquadResult {
  for (const [name, list] of Object.entries({ predictions, references })) {
    if (!Array.isArray(list)) throw new ConfigError(`squad: ${name} has to be a list of objects with an id.`);
  }
  if (references.length === 0)
    throw new ConfigError("squad: nothing to compare. Is the evaluation dataset empty?");
  const answers = new Map(predictions.map(({ id, prediction_text }) => [id, prediction_text]));
  let exact = 0;
  let f1 = 0;
  for (const [i, { id, answers: right }] of references.entries()) {
    const answer = answers.get(id);
    if (typeof answer !== "string") {
      throw new ConfigError(
        `squad: references[${i}]: there is no prediction with a prediction_text for the id ${JSON.stringify(id)}.`,
      );
    }
    if (!Array.isArray(right?.text) || right.text.length === 0) {
      throw new ConfigError(
        `squad: references[${i}] (${JSON.stringify(id)}) has no answers.text; one answer at least has to be right.`,
      );
    }
    exact += Math.max(...right.text.map((truth: string) => Number(normalized(answer) === normalized(truth))));
    f1 += Math.max(...right.text.map((truth: string) => f1Of(answer, truth)));
  }
  return { exact_match: (100 * exact) / references.length, f1: (100 * f1) / references.length };
}
