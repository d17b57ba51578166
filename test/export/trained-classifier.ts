import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DataCollatorWithPadding } from "../../lib/src/collators/data-collator-with-padding";
import { loadDataset } from "../../lib/src/datasets/load-dataset";
import { AutoModelForSequenceClassification } from "../../lib/src/models/auto";
import type { SequenceClassificationModel } from "../../lib/src/models/heads/sequence-classification";
import { AutoTokenizer } from "../../lib/src/tokenizers/auto-tokenizer";
import type { PreTrainedTokenizer } from "../../lib/src/tokenizers/pretrained-tokenizer";
import { Trainer } from "../../lib/src/training/trainer";
import { TrainingArguments } from "../../lib/src/training/training-arguments";
import { startEngine, noNative } from "../engine";

export interface TrainedClassifier {
  model: SequenceClassificationModel;
  tokenizer: PreTrainedTokenizer;
  /** Sentences that it was not trained on, and their labels. */
  sentences: string[];
  labels: number[];
}

/** The embedded BERT after a short fine-tuning on the embedded reviews, on the best engine here. */
export async function trainedClassifier(): Promise<TrainedClassifier> {
  await startEngine(noNative ? "wasm" : "native");
  const reviews = await loadDataset("reviews");
  const tokenizer = await AutoTokenizer.fromPretrained("bert-3x384");
  const model = await AutoModelForSequenceClassification.fromPretrained("bert-3x384", {
    numLabels: 2,
    id2label: { 0: "negative", 1: "positive" },
  });
  const rows = reviews.train.slice(0, 1200);
  const trainDataset = await rows.map((row) => tokenizer(row.sentence, { truncation: true }));
  const outputDir = mkdtempSync(path.join(tmpdir(), "finetune-export-"));
  try {
    const args = new TrainingArguments({
      ...{ outputDir, numTrainEpochs: 1, learningRate: 1e-4, perDeviceTrainBatchSize: 16 },
      ...{ saveStrategy: "no", disableTqdm: true, reportTo: "none" },
    });
    const dataCollator = new DataCollatorWithPadding({ tokenizer });
    await new Trainer({ model, args, trainDataset, dataCollator, processingClass: tokenizer }).train();
  } finally {
    rmSync(outputDir, { recursive: true, force: true });
  }
  const { validation } = reviews;
  const sentences = validation.column("sentence");
  return { model, tokenizer, sentences, labels: validation.column("label") };
}
