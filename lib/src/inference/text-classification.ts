import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../errors";
import type { PreTrainedModel } from "../models/pretrained-model";
import type { PreTrainedTokenizer } from "../tokenizers/pretrained-tokenizer";
import type { PipelineParts } from "./parts";

/** A label with its probability; a regression model's only label comes with its value instead. */
export interface Classification {
  label: string;
  score: number;
}

export interface ClassifyOptions {
  /** How many labels, the likeliest first; null for all. Default 1. */
  topK?: number | null;
}

/** Classifies one text, or several in one go. @see transformers.TextClassificationPipeline */
export interface TextClassificationPipeline {
  /** @returns the likeliest labels, best first */
  (text: string, options?: ClassifyOptions): Promise<Classification[]>;
  /** @returns the likeliest labels of each text */
  (texts: readonly string[], options: ClassifyOptions & { topK: number | null }): Promise<Classification[][]>;
  /** @returns the likeliest label of each text */
  (texts: readonly string[], options?: ClassifyOptions & { topK?: undefined }): Promise<Classification[]>;
}

/**
 * @param load       called once for each classification
 * @param batchSize  texts that the model gets at once
 */
export function textClassification(
  load: () => Promise<PipelineParts>,
  batchSize: number,
): TextClassificationPipeline {
  const classify = async (
    input: string | readonly string[],
    { topK = 1 }: ClassifyOptions = {},
  ): Promise<Classification[] | Classification[][]> => {
    if (topK !== null && (!Number.isInteger(topK) || topK < 1)) {
      throw new ConfigError(`topK is ${topK}; it has to be a positive integer, or null for all labels.`);
    }
    const texts = typeof input === "string" ? [input] : input;
    const { model, tokenizer } = await load();
    const results: Classification[][] = [];
    for (let start = 0; start < texts.length; start += batchSize) {
      const scores = await scoresOf(model, tokenizer, texts.slice(start, start + batchSize));
      results.push(...scores.map((row) => ranking(row, model.config.id2label).slice(0, topK ?? undefined)));
    }
    if (typeof input === "string") return results[0]!;
    return topK === 1 ? results.flat() : results;
  };
  return classify as TextClassificationPipeline;
}

/** Probabilities of the labels for each text (values, with a regression model). */
async function scoresOf(
  model: PreTrainedModel,
  tokenizer: PreTrainedTokenizer,
  texts: readonly string[],
): Promise<Float32Array[]> {
  const inputs = tokenizer(texts, { truncation: true, padding: true, returnTensors: "tf" });
  const wasTraining = model.training;
  const scores = tf.tidy(() => {
    const { logits } = model.eval().forward(inputs);
    return model.config.numLabels === 1 ? logits : tf.softmax(logits);
  });
  model.train(wasTraining);
  const values = (await scores.data()) as Float32Array;
  tf.dispose([scores, ...Object.values(inputs)]);
  const width = model.config.numLabels;
  return texts.map((_, row) => values.subarray(row * width, (row + 1) * width));
}

function ranking(scores: Float32Array, id2label: Record<number, string>): Classification[] {
  return Array.from(scores, (score, id) => ({ label: id2label[id]!, score })).sort(
    (a, b) => b.score - a.score,
  );
}
