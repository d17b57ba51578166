import type { PipelineParts } from "../inference/parts";
import { AutoModelForSequenceClassification } from "../models/auto";
import { AutoTokenizer } from "../tokenizers/auto-tokenizer";

/** The model and the tokenizer of a folder, or of a name on the Hub. */
export async function openClassifier(nameOrDirectory: string): Promise<PipelineParts> {
  return {
    model: await AutoModelForSequenceClassification.fromPretrained(nameOrDirectory),
    tokenizer: await AutoTokenizer.fromPretrained(nameOrDirectory),
  };
}
