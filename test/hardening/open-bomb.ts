/**
 * Opens one file as its name says, in a process of its own, and prints what came of it:
 *
 *     node --import tsx test/hardening/open-bomb.ts dataset /tmp/x.csv
 */
import { readPytorchObject } from "../../lib/src/checkpoints/pytorch-bin";
import { readSafetensors } from "../../lib/src/checkpoints/safetensors";
import { readStateDict } from "../../lib/src/checkpoints/state-dict";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import { loadFromDisk } from "../../lib/src/datasets/load-from-disk";
import { useEngine } from "../../lib/src/engines/engines";
import { FinetuneError } from "../../lib/src/errors";
import { AutoModelForSequenceClassification } from "../../lib/src/models/auto";
import { BertConfig } from "../../lib/src/models/bert/configuration";
import { PeftModel } from "../../lib/src/models/peft/peft-model";
import { AutoTokenizer } from "../../lib/src/tokenizers/auto-tokenizer";

const OPEN: Record<string, (file: string) => Promise<unknown>> = {
  dataset: (file) => loadDataset(file),
  saved: (folder) => loadFromDisk(folder),
  safetensors: (file) => readSafetensors(file),
  weights: (folder) => readStateDict(folder),
  object: (file) => readPytorchObject(file),
  async model(folder) {
    await useEngine("cpu");
    return await AutoModelForSequenceClassification.fromPretrained(folder);
  },
  async adapter(folder) {
    await useEngine("cpu");
    const sizes = {
      vocabSize: 30,
      hiddenSize: 8,
      numHiddenLayers: 1,
      numAttentionHeads: 2,
      intermediateSize: 16,
    };
    const base = await AutoModelForSequenceClassification.fromConfig(new BertConfig(sizes));
    return await PeftModel.fromPretrained(base, folder);
  },
  async tokenizer(folder) {
    const tokenizer = await AutoTokenizer.fromPretrained(folder);
    return [tokenizer("a good film"), tokenizer("a".repeat(20_000))];
  },
};

async function main(): Promise<void> {
  const [kind = "", file = ""] = process.argv.slice(2);
  const started = performance.now();
  let outcome = "read";
  try {
    await OPEN[kind]!(file);
  } catch (error) {
    outcome =
      error instanceof FinetuneError ? `refused: ${error.message}` : `threw: ${(error as Error).stack}`;
  }
  const memory = process.resourceUsage().maxRSS * 1024;
  console.log(
    JSON.stringify({
      outcome: outcome.slice(0, 2000),
      memory,
      seconds: (performance.now() - started) / 1000,
    }),
  );
}

void main();
