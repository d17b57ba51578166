import { ConfigError } from "../../errors";
import { argmax } from "../../evaluation/argmax";
import type { SeqevalInputs } from "../../evaluation/seqeval";

/** What `computeMetrics` gets of a token classifier, and `Trainer.predict` gives. */
export interface TokenPredictions {
  /** [tokens, labels], the rows one after the other. */
  predictions: { data: ArrayLike<number>; shape: readonly number[] };
  /** [tokens] */
  labelIds?: ArrayLike<number> | undefined;
  /** How many tokens each row has. */
  counts?: readonly number[];
}

/**
 * The likeliest label of each token that was asked for, and the true one, by their names: what seqeval compares.
 *
 * @param id2label  the model's, `model.config.id2label`
 * @returns a list a row; without true labels `references` is empty
 * @throws ConfigError for predictions of something else than tokens
 * @example
 * const seqeval = await evaluate.load("seqeval");
 * const trainer = new Trainer({
 *   model,
 *   computeMetrics(prediction) {
 *     const { overall_f1: f1 } = seqeval.compute(tagSequences(prediction, model.config.id2label));
 *     return { f1 };
 *   },
 * });
 */
export function tagSequences(
  { predictions, labelIds, counts }: TokenPredictions,
  id2label: Readonly<Record<number, string>>,
): SeqevalInputs {
  if (!counts) {
    throw new ConfigError(
      "tagSequences: the predictions are not those of a token classifier; they have no counts.",
    );
  }
  const nameOf = (id: number) => id2label[id] ?? String(id);
  const inRows = (ids: ArrayLike<number>) => {
    let at = 0;
    return counts.map((count) => Array.from({ length: count }, () => nameOf(ids[at++]!)));
  };
  return {
    predictions: counts.some((count) => count > 0) ? inRows(argmax(predictions)) : counts.map(() => []),
    references: labelIds ? inRows(labelIds) : [],
  };
}
