import { ConfigError } from "../errors";
import { AutoModelForSequenceClassification } from "../models/auto";
import type { BertForSequenceClassification } from "../models/bert/for-sequence-classification";
import { AutoTokenizer } from "../tokenizers/auto-tokenizer";
import type { PreTrainedTokenizer } from "../tokenizers/pretrained-tokenizer";
import {
  textClassification,
  type ClassifierParts,
  type TextClassificationPipeline,
} from "./text-classification";

export interface PipelineOptions {
  /** A model, or the folder or name of one. */
  model: BertForSequenceClassification | string;
  /** Default: the one in the model's folder. */
  tokenizer?: PreTrainedTokenizer | string;
  /** Texts a batch. Default 64. */
  batchSize?: number;
}

/** Tasks by their names in transformers; "sentiment-analysis" is the older name of the same task. */
export type PipelineTask = "text-classification" | "sentiment-analysis";

/**
 * A ready-made way from text to answer. What is given by name is loaded at the first call.
 *
 * @throws ConfigError if the task is unknown or the tokenizer is missing
 * @see transformers.pipeline
 */
export function pipeline(
  task: PipelineTask,
  { model, tokenizer = typeof model === "string" ? model : undefined, batchSize = 64 }: PipelineOptions,
): TextClassificationPipeline {
  if (task !== "text-classification" && task !== "sentiment-analysis") {
    throw new ConfigError(`There is no pipeline '${String(task)}'; there is 'text-classification'.`);
  }
  if (tokenizer === undefined) {
    throw new ConfigError("pipeline: give the tokenizer too; a model in memory does not know its own.");
  }
  let parts: Promise<ClassifierParts> | undefined;
  return textClassification(() => (parts ??= loadParts(model, tokenizer)), batchSize);
}

async function loadParts(
  model: BertForSequenceClassification | string,
  tokenizer: PreTrainedTokenizer | string,
): Promise<ClassifierParts> {
  return {
    model: typeof model === "string" ? await AutoModelForSequenceClassification.fromPretrained(model) : model,
    tokenizer: typeof tokenizer === "string" ? await AutoTokenizer.fromPretrained(tokenizer) : tokenizer,
  };
}
