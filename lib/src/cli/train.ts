import { DataCollatorWithPadding } from "../collators/data-collator-with-padding";
import { argmax } from "../evaluation/argmax";
import { isFirstProcess } from "../launch";
import { AutoModelForSequenceClassification } from "../models/auto";
import { AutoTokenizer } from "../tokenizers/auto-tokenizer";
import { Trainer } from "../training/trainer";
import type { EvalPrediction } from "../training/trainer-options";
import { TrainingArguments } from "../training/training-arguments";
import { DATA_OPTIONS, figuresOf, labelledData } from "./labelled-data";
import { INTERRUPTED, keepOutputForJson, printFigures, printJson } from "./talk";
import { TRAIN_OPTIONS, trainConfig } from "./train-config";
import { parse } from "./usage";

/** `finetune train`: fine-tunes a classifier and saves it. */
export async function train(args: string[]): Promise<number> {
  const { values, positionals } = parse(
    args,
    { ...DATA_OPTIONS, ...TRAIN_OPTIONS, json: { type: "boolean" } },
    1,
  );
  if (values.json) keepOutputForJson();
  const config = await trainConfig(positionals[0], values);
  const { output, maxLength } = config;
  // Before anything is loaded: an argument that there is not is told at once.
  const trainingArguments = new TrainingArguments({ ...config.training, outputDir: output });
  const { datasets, labelNames } = await labelledData(config);
  const tokenizer = await AutoTokenizer.fromPretrained(config.model);
  const tokenized = await datasets.map((row) =>
    tokenizer(row.sentence, {
      truncation: true,
      ...(maxLength !== undefined && { maxLength }),
      ...(row.sentence2 !== undefined && { textPair: row.sentence2 }),
    }),
  );
  const model = await AutoModelForSequenceClassification.fromPretrained(config.model, {
    numLabels: labelNames.length,
    id2label: Object.fromEntries(labelNames.entries()),
    ignoreMismatchedSizes: true,
    seed: trainingArguments.seed,
  });
  const trainer = new Trainer({
    model,
    args: trainingArguments,
    trainDataset: tokenized.train,
    evalDataset: tokenized.validation,
    dataCollator: new DataCollatorWithPadding({ tokenizer }),
    processingClass: tokenizer,
    computeMetrics,
  });
  const { globalStep, trainingLoss, interrupted } = await trainer.train({
    resumeFromCheckpoint: config.resume,
  });
  if (interrupted) {
    if (isFirstProcess()) {
      process.stderr.write(
        `Stopped by ${interrupted} after ${globalStep} steps; --resume goes on from there.\n`,
      );
    }
    return INTERRUPTED;
  }
  const { predictions, labelIds } = await trainer.predict(tokenized.validation);
  const validation = await figuresOf({ predictions: argmax(predictions), references: labelIds! });
  const figures = { steps: globalStep, train_loss: trainingLoss, ...validation };
  await trainer.saveModel();
  await trainer.saveState();
  const card = { finetunedFrom: config.model, dataset: config.dataset, tasks: ["text-classification"] };
  await trainer.createModelCard(card);
  const repository = values["push-to-hub"];
  const pushed =
    repository !== undefined &&
    (await trainer.pushToHub(repository, { ...card, ...(values.private && { private: true }) }));
  // Of several processes, the first one speaks for all.
  if (!isFirstProcess()) return 0;
  if (values.json)
    printJson({ output, labels: labelNames, ...figures, ...(pushed && { pushed: pushed.url }) });
  else {
    printFigures(figures);
    process.stdout.write(`saved ${output}\n${pushed ? `sent to ${pushed.url}\n` : ""}`);
  }
  return 0;
}

function computeMetrics({ predictions, labelIds }: EvalPrediction): Record<string, number> {
  const labels = argmax(predictions);
  const references = Array.from(labelIds);
  return { accuracy: references.filter((label, i) => label === labels[i]).length / references.length };
}
