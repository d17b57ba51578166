import { ConfigError } from "../errors";
import { answerWords, wordsF1 } from "./answer-words";

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
    const said = answerWords(answer);
    const truths = right.text.map((text: string) => answerWords(text));
    exact += Number(truths.some((truth) => truth.join(" ") === said.join(" ")));
    f1 += Math.max(...truths.map((truth) => wordsF1(said, truth)));
  }
  return { exact_match: (100 * exact) / references.length, f1: (100 * f1) / references.length };
}
