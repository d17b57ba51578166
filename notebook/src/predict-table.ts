import type { TextClassificationPipeline } from "finetune-ts";
import type { Displayable } from "./mime";
import { percent } from "./numbers";
import { table } from "./tables";

/** What a classifier says of a text. */
export interface Prediction {
  text: string;
  label: string;
  /** The probability of this label. */
  confidence: number;
  /** Of every label, in the order of their names. */
  probabilities: Record<string, number>;
}

/** A table of predictions, and the predictions themselves. */
export interface PredictTable extends Displayable {
  readonly predictions: readonly Prediction[];
}

/**
 * Asks a classifier about texts: label, confidence and the probability of each label, as a table.
 *
 * @param classify a text-classification pipeline
 * @example
 * const classify = pipeline("text-classification", { model: "out/sentiment/checkpoint-676" });
 * display(await predictTable(classify, ["A good film.", "Never again."]));
 */
export async function predictTable(
  classify: TextClassificationPipeline,
  texts: readonly string[],
): Promise<PredictTable> {
  const rankings = await classify(texts, { topK: null });
  const predictions = rankings.map((ranking, at): Prediction => {
    const [best] = ranking;
    return {
      text: texts[at]!,
      label: best!.label,
      confidence: best!.score,
      // The same order for every text: by name, not by rank.
      probabilities: Object.fromEntries(
        ranking.map(({ label, score }) => [label, score] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    };
  });
  const labels = Object.keys(predictions[0]?.probabilities ?? {});
  const rows = predictions.map(({ text, label, confidence, probabilities }) => ({
    text,
    prediction: label,
    confidence,
    ...Object.fromEntries(labels.map((name) => [`p(${name})`, probabilities[name]])),
  }));
  const format = Object.fromEntries(
    ["confidence", ...labels.map((name) => `p(${name})`)].map((name) => [name, percent]),
  );
  return { predictions, toMimeBundle: () => table(rows, { format }).toMimeBundle() };
}
