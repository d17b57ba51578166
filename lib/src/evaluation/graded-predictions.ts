import { ConfigError } from "../errors";
import { argmax, type Logits } from "./argmax";
import { softmax } from "./softmax";

/** What a classifier said of a row, beside what it should have said. */
export interface GradedPrediction {
  /** The row of the dataset. */
  row: number;
  /** The class with the highest score. */
  predicted: number;
  /** The class that the label names. */
  reference: number;
  right: boolean;
  /** Of the predicted class, 0 to 1. */
  confidence: number;
  /** Of each class. */
  probabilities: Float64Array;
}

export interface PredictionsToGrade {
  /** Scores, [rows, classes]. */
  predictions: Logits;
  /** A class number each, or -1 where it is not told. */
  labelIds?: ArrayLike<number> | undefined;
}

/**
 * Holds predictions against their labels, row by row: what confusion matrix, reliability diagram and the list of errors are made of.
 * Rows whose label is hidden (below 0) are left out.
 *
 * @throws ConfigError where there are no labels, or one is no class of the predictions
 * @example
 * const graded = gradePredictions(await trainer.predict(tokenizedDatasets.validation));
 * const accuracy = graded.filter(({ right }) => right).length / graded.length;
 */
export function gradePredictions({ predictions, labelIds }: PredictionsToGrade): GradedPrediction[] {
  if (!labelIds)
    throw new ConfigError("gradePredictions: the predictions come without labels to hold them against.");
  const classes = argmax(predictions);
  if (classes.length !== labelIds.length) {
    throw new ConfigError(`gradePredictions: ${classes.length} predictions, but ${labelIds.length} labels.`);
  }
  const probabilities = softmax(predictions);
  return Array.from(classes, (predicted, row) => {
    const reference = labelIds[row]!;
    const own = probabilities[row]!;
    if (!Number.isInteger(reference) || reference >= own.length) {
      throw new ConfigError(
        `gradePredictions: row ${row} has the label ${reference}; the predictions know 0 … ${own.length - 1}.`,
      );
    }
    const confidence = own[predicted]!;
    return { row, predicted, reference, right: predicted === reference, confidence, probabilities: own };
  }).filter(({ reference }) => reference >= 0);
}

/**
 * The wrong ones, the most confident first.
 *
 * @param most  how many. Default 6
 * @example
 * for (const { row, confidence } of surestErrors(graded, 3)) console.log(rawDatasets.validation[row].sentence, confidence);
 */
export function surestErrors(graded: readonly GradedPrediction[], most = 6): GradedPrediction[] {
  return graded
    .filter(({ right }) => !right)
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, most);
}

/**
 * The share of right ones; NaN of none.
 *
 * @example
 * accuracyOf(gradePredictions(await trainer.predict(tokenizedDatasets.validation))); // 0.916
 */
export function accuracyOf(graded: readonly GradedPrediction[]): number {
  return graded.filter(({ right }) => right).length / graded.length;
}
