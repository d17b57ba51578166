/**
 * Our half of round_trip.py:
 *
 *     round-trip.ts train DIR   trains the embedded model for a few steps and saves model and tokenizer to DIR
 *     round-trip.ts load DIR …  loads each folder
 *     round-trip.ts save DIR …  loads each folder, and saves what it loaded to DIR-saved
 *
 * All then run the sentences of standard input (a JSON list) through the folder's model and print a JSON object of
 * what came out: folder -> { input_ids, logits, id2label, warnings }.
 */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import {
  addDefaultCallback,
  AutoConfig,
  AutoModelForSequenceClassification,
  AutoTokenizer,
  DataCollatorWithPadding,
  loadDataset,
  Trainer,
  TrainingArguments,
  useEngine,
} from "../../lib/src/index";

const CHECKPOINT = "bert-tiny-reviews";

async function trainAndSave(directory: string): Promise<void> {
  const tokenizer = await AutoTokenizer.fromPretrained(CHECKPOINT);
  const train = await loadDataset("reviews", { split: "train" });
  const tokenized = await train
    .slice(0, 160)
    .map(({ sentence }) => tokenizer(sentence, { truncation: true }), { batched: true });
  const config = await AutoConfig.fromPretrained(CHECKPOINT, { id2label: ["negative", "positive"] });
  const model = await AutoModelForSequenceClassification.fromConfig(config);
  const args = new TrainingArguments({
    outputDir: directory,
    saveStrategy: "epoch",
    maxSteps: 10,
    loggingSteps: 5,
    learningRate: 1e-3,
  });
  const dataCollator = new DataCollatorWithPadding({ tokenizer });
  const trainer = new Trainer({
    model,
    args,
    trainDataset: tokenized,
    dataCollator,
    processingClass: tokenizer,
  });
  await trainer.train();
  await trainer.saveModel();
}

/** What the model and tokenizer of a folder make of the sentences. */
async function answersOf(directory: string, sentences: string[]): Promise<object> {
  const warnings: string[] = [];
  console.warn = (line: string) => void warnings.push(line);
  const tokenizer = await AutoTokenizer.fromPretrained(directory);
  const model = await AutoModelForSequenceClassification.fromPretrained(directory);
  const inputs = tokenizer(sentences, { padding: true, truncation: true, returnTensors: "tf" });
  const logits = tf.tidy(() => model.forward(inputs).logits.arraySync());
  const input_ids = inputs.input_ids.arraySync();
  tf.dispose({ ...inputs });
  const { id2label } = model.config;
  model.dispose();
  return { input_ids, logits, id2label, warnings };
}

async function saveAgain(directory: string): Promise<void> {
  const model = await AutoModelForSequenceClassification.fromPretrained(directory);
  await model.savePretrained(`${directory}-saved`);
  model.dispose();
  await (await AutoTokenizer.fromPretrained(directory)).savePretrained(`${directory}-saved`);
}

async function main([task, ...directories]: string[]): Promise<void> {
  console.info = console.error;
  addDefaultCallback(() => ({}));
  const sentences = JSON.parse(readFileSync(0, "utf8")) as string[];
  await useEngine();
  if (task === "train") for (const directory of directories) await trainAndSave(directory);
  if (task === "save") for (const directory of directories) await saveAgain(directory);
  const answers: Record<string, object> = {};
  for (const directory of directories) answers[directory] = await answersOf(directory, sentences);
  process.stdout.write(JSON.stringify(answers));
}

void main(process.argv.slice(2));
