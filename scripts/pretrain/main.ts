/**
 * `npm run pretrain -- CONFIG.json [--fresh] [--max-steps N] [--output DIR] [--work DIR]`: makes a checkpoint from texts, with everything in
 * one file. What was begun goes on where it stopped; `--fresh` begins anew.
 */
import { existsSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import {
  AutoModel,
  DataCollatorForLanguageModeling,
  DataCollatorWithPadding,
  Dataset,
  DistillationTrainer,
  FinetuneError,
  lastCheckpoint,
  Trainer,
  TrainingArguments,
  type LogEntry,
  type PreTrainedModel,
  type TrainerDataset,
  type TrainingArgumentsOptions,
} from "../../lib/src/index";
import { readConfig, resolveFrom, type PretrainConfig } from "./config";
import { makeModel, makeVocabulary, saveModel, type Vocabulary } from "./models";
import { readTexts } from "./texts";

const USAGE = "Usage: npm run pretrain -- CONFIG.json [--fresh] [--max-steps N] [--output DIR] [--work DIR]";

export interface PretrainOptions {
  /** Begin anew. Default false: go on from the last checkpoint. */
  fresh?: boolean;
  /** So many optimizer steps, instead of what the config says. */
  maxSteps?: number;
  /** Instead of the config's. */
  output?: string;
  /** For checkpoints and the teacher's outputs. Default: `out/pretrain/` and the config's folder. */
  work?: string;
}

/** Runs a config. @returns the log of the run */
export async function pretrain(file: string, options: PretrainOptions = {}): Promise<readonly LogEntry[]> {
  const config = readConfig(file);
  const resolve = resolveFrom(file);
  const work = options.work ?? path.join("out", "pretrain", path.basename(path.dirname(path.resolve(file))));
  if (options.fresh) rmSync(work, { recursive: true, force: true });

  const texts = await readTexts(config.texts, resolve);
  const vocabulary = await makeVocabulary(config, texts, resolve);
  const model = await makeModel(config, vocabulary, resolve);
  const [train, heldOut] = await tokenized(texts, vocabulary, config);
  console.log(
    `${train.length} texts and ${heldOut.length} held out, ${tokensOf(train)} tokens an epoch; ` +
      `${vocabulary.tokenizer.size} entries in the vocabulary; ${model.numParameters()} parameters`,
  );
  const trainer = await makeTrainer({
    config,
    resolve,
    work,
    model,
    vocabulary,
    train,
    heldOut,
    maxSteps: options.maxSteps,
  });
  const started = existsSync(work) ? await lastCheckpoint(work) : undefined;
  if (started) console.log(`Going on from ${started}`);
  await trainer.train({ resumeFromCheckpoint: started ?? false });

  const directory = options.output ?? resolve(config.output.directory);
  await saveModel(model, config, directory);
  await vocabulary.tokenizer.savePretrained(directory);
  const { logHistory } = trainer.state;
  await writeFile(path.join(directory, "loss-curve.tsv"), lossCurve(logHistory));
  console.log(`Wrote ${directory}`);
  return logHistory;
}

interface Run {
  config: PretrainConfig;
  resolve: (given: string) => string;
  work: string;
  model: PreTrainedModel<object>;
  vocabulary: Vocabulary;
  train: TrainerDataset;
  heldOut: TrainerDataset;
  maxSteps: number | undefined;
}

async function makeTrainer({
  config,
  resolve,
  work,
  model,
  vocabulary,
  train,
  heldOut,
  maxSteps,
}: Run): Promise<Trainer> {
  const { objective, seed } = config;
  const { tokenizer, origin } = vocabulary;
  await mkdir(work, { recursive: true });
  const args = new TrainingArguments({
    ...config.arguments,
    ...(maxSteps !== undefined && ({ maxSteps } satisfies TrainingArgumentsOptions)),
    outputDir: work,
    seed,
    predictionLossOnly: true,
  });
  const shared = { model, args, trainDataset: train, evalDataset: heldOut, processingClass: tokenizer };
  if ("maskedLanguage" in objective) {
    const dataCollator = new DataCollatorForLanguageModeling({ tokenizer, ...objective.maskedLanguage });
    return new Trainer({ ...shared, dataCollator });
  }
  const { teacher, ...distillation } = objective;
  return new DistillationTrainer({
    ...shared,
    dataCollator: new DataCollatorWithPadding({ tokenizer }),
    teacher: await AutoModel.fromPretrained(resolve(teacher)),
    distillation,
    teacherDataset: (dataset) => (origin ? underOldIds(dataset, origin.keptIds) : dataset),
  });
}

/** The same rows for a teacher that knows the tokens under their ids in the whole vocabulary. */
function underOldIds(dataset: TrainerDataset, keptIds: Int32Array): TrainerDataset {
  return {
    length: dataset.length,
    at: (index) => {
      const row = dataset.at(index);
      return { ...row, input_ids: Array.from(row.input_ids as number[], (id) => keptIds[id]!) };
    },
  };
}

/** The rows of the training and of the held-out texts; these are spread evenly over all. */
async function tokenized(
  texts: readonly string[],
  { tokenizer }: Vocabulary,
  { heldOut, maxLength, objective }: PretrainConfig,
): Promise<[train: Dataset, heldOut: Dataset]> {
  const every = Math.max(1, Math.floor(texts.length / Math.max(heldOut, 1)));
  const isHeldOut = (_: string, index: number) => index % every === 0 && index / every < heldOut;
  const returnWordIds = "maskedLanguage" in objective && objective.maskedLanguage.wholeWordMask === true;
  const options = { truncation: true, maxLength, returnWordIds };
  const rows = (text: string[]) =>
    Dataset.fromDict({ text }).map((batch) => tokenizer(batch.text, options), {
      batched: true,
      removeColumns: ["text"],
    });
  return [
    await rows(texts.filter((text, index) => !isHeldOut(text, index))),
    await rows(texts.filter(isHeldOut)),
  ];
}

function tokensOf(dataset: TrainerDataset): number {
  let tokens = 0;
  for (let row = 0; row < dataset.length; row++) tokens += (dataset.at(row).input_ids as number[]).length;
  return tokens;
}

/** Steps, epochs, losses and learning rates, one log entry a line. */
function lossCurve(log: readonly LogEntry[]): string {
  const columns = ["step", "epoch", "loss", "eval_loss", "learning_rate"];
  const lines = log
    .filter((entry) => "loss" in entry || "eval_loss" in entry)
    .map((entry) => columns.map((name) => entry[name] ?? "").join("\t"));
  return [columns.join("\t"), ...lines].map((line) => `${line}\n`).join("");
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      fresh: { type: "boolean" },
      "max-steps": { type: "string" },
      output: { type: "string" },
      work: { type: "string" },
    },
  });
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) {
    console.error(USAGE);
    return 2;
  }
  const { "max-steps": maxSteps, ...others } = values;
  await pretrain(file, { ...others, ...(maxSteps !== undefined && { maxSteps: Number(maxSteps) }) });
  return 0;
}

if (require.main === module) {
  main().then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
      console.error(error instanceof FinetuneError ? error.message : error);
      process.exitCode = 1;
    },
  );
}
