import type { PipelineParts } from "../inference/parts";
import { AutoModelForSequenceClassification } from "../models/auto";
import { AutoTokenizer } from "../tokenizers/auto-tokenizer";
import { UsageError } from "./usage";

/** `MODEL --output DIRECTORY`, or `DIRECTORY --model MODEL`, as `predict` has it: which is which. */
export function modelAndOutput(
  [given]: readonly string[],
  { model, output }: { model?: string | undefined; output?: string | undefined },
): { model: string | undefined; output: string | undefined } {
  if (model === undefined) return { model: given, output };
  if (given !== undefined && output !== undefined) {
    throw new UsageError(`two folders to write into, ${given} and ${output}: leave one out`);
  }
  return { model, output: output ?? given };
}

/** The model and the tokenizer of a folder, or of a name on the Hub. */
export async function openClassifier(nameOrDirectory: string): Promise<PipelineParts> {
  return {
    model: await AutoModelForSequenceClassification.fromPretrained(nameOrDirectory),
    tokenizer: await AutoTokenizer.fromPretrained(nameOrDirectory),
  };
}
