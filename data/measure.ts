/**
 * What the models of this project get right: the figures of the data card and of the notebook's table, written to
 * data/figures.json.
 *
 *     npm run measure -- [--seeds 1,2,3,4,5] [--only bag-of-words,scratch,pretrained,teacher] [--sst2 ../shared/data/sst2]
 *         [--teacher ../shared/data/minilm-l6]
 *
 * Each model learns the training split of the reviews with the arguments that the notebook has for it. What is not
 * there (SST-2, the teacher) is left out, and what is not measured keeps its figures.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import {
  addDefaultCallback,
  argmax,
  AutoConfig,
  AutoModelForSequenceClassification,
  AutoTokenizer,
  BagOfWords,
  DataCollatorWithPadding,
  loadDataset,
  pipeline,
  setProgressReporter,
  Trainer,
  TrainingArguments,
  type PreTrainedModel,
  type PreTrainedTokenizer,
} from "../lib/src/index";

const CHECKPOINT = "bert-3x384";

/** As in Step 7 of the notebook. */
const ARGUMENTS = { numTrainEpochs: 2, perDeviceTrainBatchSize: 16, weightDecay: 0.01, warmupSteps: 0.1, bf16: true };
const LEARNING_RATE = { pretrained: 1e-4, scratch: 3e-4 };

/** Sentences with their labels, by what they are called in the tables. */
type Tests = Map<string, { sentences: readonly string[]; labels: readonly number[] }>;

/** Share of right answers, by test. */
type Accuracies = Record<string, number>;

interface Figures {
  /** Of each model, in the order of the seeds. */
  [model: string]: { accuracies: Accuracies[]; mistakes?: string[] };
}

const FIGURES = path.join(__dirname, "figures.json");

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "1,2,3,4,5" },
      only: { type: "string", default: "bag-of-words,scratch,pretrained,teacher" },
      sst2: { type: "string", default: "../shared/data/sst2" },
      teacher: { type: "string", default: "../shared/data/minilm-l6" },
    },
  });
  addDefaultCallback(() => ({}));
  setProgressReporter(() => ({ update: () => {}, finish: () => {} }));
  const seeds = values.seeds.split(",").map(Number);
  const tests = await readTests(values.sst2);
  const figures = existsSync(FIGURES) ? (JSON.parse(readFileSync(FIGURES, "utf8")) as Figures) : {};
  figures["majority"] = { accuracies: [accuraciesOf(tests, (sentences) => sentences.map(() => 1))] };
  for (const name of values.only.split(",")) {
    const measured: Accuracies[] = [];
    let mistakes: string[] = [];
    for (const seed of name === "bag-of-words" ? [0] : seeds) {
      const predict = await PREDICTORS[name]?.(seed, values.teacher);
      if (!predict) {
        console.log(`${name}: not there, left out`);
        break;
      }
      const answers = new Map<string, number[]>();
      for (const [test, { sentences }] of tests) answers.set(test, await predict(sentences));
      const accuracies = accuraciesOf(tests, (_, test) => answers.get(test)!);
      measured.push(accuracies);
      mistakes = [...mistakes, ...mistakesIn(tests, answers)];
      console.log(`${name}, seed ${seed}: ${describe(accuracies)}`);
    }
    if (measured.length > 0) figures[name] = { accuracies: measured, mistakes: counted(mistakes, measured.length) };
  }
  writeFileSync(FIGURES, `${JSON.stringify(figures, null, 1)}\n`);
  console.log(`\n${markdown(figures)}`);
}

async function readTests(sst2: string): Promise<Tests> {
  const reviews = await loadDataset("reviews");
  const tests: Tests = new Map([["validation", labelled(reviews.validation)]]);
  const hidden = readFileSync(path.join(__dirname, "reviews", "test-labels.tsv"), "utf8").trimEnd().split("\n");
  const labels = hidden.slice(1).map((line) => Number(line.split("\t")[1]));
  tests.set("test", { sentences: reviews.test.column("sentence"), labels });
  const challenge = await loadDataset<{ kind: string; label: number; sentence: string }>("challenge", {
    split: "test",
  });
  tests.set("challenge", labelled(challenge));
  for (const kind of new Set(challenge.column("kind"))) {
    tests.set(`challenge: ${kind}`, labelled(await challenge.filter((row) => row.kind === kind)));
  }
  if (existsSync(sst2)) tests.set("SST-2 dev", labelled(await loadDataset(sst2, { split: "validation" })));
  return tests;
}

const labelled = (rows: { column(name: "sentence" | "label"): unknown[] }) => ({
  sentences: rows.column("sentence") as string[],
  labels: rows.column("label") as number[],
});

/** How each model is made and trained; undefined where its parts are not there. */
type Predict = (sentences: readonly string[]) => Promise<number[]> | number[];
const PREDICTORS: Record<string, (seed: number, teacher: string) => Promise<Predict | undefined>> = {
  "bag-of-words": async () => {
    const { train } = await loadDataset("reviews");
    const model = BagOfWords.fit(train.column("sentence"), train.column("label"));
    return (sentences) => model.predict(sentences);
  },
  scratch: async (seed) => {
    const tokenizer = await AutoTokenizer.fromPretrained(CHECKPOINT);
    const config = await AutoConfig.fromPretrained(CHECKPOINT, { numLabels: 2 });
    const model = await AutoModelForSequenceClassification.fromConfig(config, { seed });
    return await trained(model, tokenizer, LEARNING_RATE.scratch, seed);
  },
  pretrained: (seed) => fineTuned(CHECKPOINT, seed),
  teacher: async (seed, teacher) => (existsSync(teacher) ? await fineTuned(teacher, seed) : undefined),
};

async function fineTuned(checkpoint: string, seed: number): Promise<Predict> {
  const tokenizer = await AutoTokenizer.fromPretrained(checkpoint);
  const { warn } = console;
  console.warn = () => {}; // that the head is new
  const model = await AutoModelForSequenceClassification.fromPretrained(checkpoint, { numLabels: 2, seed });
  console.warn = warn;
  return await trained(model, tokenizer, LEARNING_RATE.pretrained, seed);
}

async function trained(
  model: PreTrainedModel,
  tokenizer: PreTrainedTokenizer,
  learningRate: number,
  seed: number,
): Promise<Predict> {
  const { train, validation } = await (
    await loadDataset("reviews")
  ).map((batch) => tokenizer(batch.sentence, { truncation: true }), { batched: true });
  const outputDir = path.join("out", "measure");
  const args = new TrainingArguments({
    ...ARGUMENTS,
    ...{ outputDir, learningRate, seed, saveStrategy: "epoch", evalStrategy: "epoch", saveTotalLimit: 1 },
    ...{ loadBestModelAtEnd: true, metricForBestModel: "accuracy", perDeviceEvalBatchSize: 64 },
  });
  const trainer = new Trainer({
    model,
    args,
    trainDataset: train,
    evalDataset: validation,
    dataCollator: new DataCollatorWithPadding({ tokenizer }),
    computeMetrics: ({ predictions, labelIds }) => ({
      accuracy: argmax(predictions).filter((label, i) => label === labelIds[i]).length / labelIds.length,
    }),
  });
  await trainer.train();
  const classify = pipeline("text-classification", { model, tokenizer });
  return async (sentences) =>
    (await classify(sentences)).map(({ label }) => Number(label === model.config.id2label[1]));
}

function accuraciesOf(tests: Tests, answer: (sentences: readonly string[], test: string) => readonly number[]): Accuracies {
  return Object.fromEntries(
    Array.from(tests, ([test, { sentences, labels }]) => {
      const answers = answer(sentences, test);
      return [test, labels.filter((label, i) => label === answers[i]).length / labels.length];
    }),
  );
}

/** Everyday remarks that came out wrong. */
function mistakesIn(tests: Tests, answers: ReadonlyMap<string, readonly number[]>): string[] {
  const { sentences, labels } = tests.get("challenge: everyday")!;
  return sentences.filter((_, i) => answers.get("challenge: everyday")![i] !== labels[i]);
}

/** Each with how many of the seeds made it, the most frequent first. */
function counted(mistakes: readonly string[], seeds: number): string[] {
  const counts = new Map<string, number>();
  for (const sentence of mistakes) counts.set(sentence, (counts.get(sentence) ?? 0) + 1);
  const byCount = [...counts].sort(([a, times], [b, others]) => others - times || (a < b ? -1 : 1));
  return byCount.map(([sentence, times]) => `${sentence} (${times} of ${seeds})`);
}

const percent = (share: number) => (100 * share).toFixed(1);
const describe = (accuracies: Accuracies) =>
  Object.entries(accuracies)
    .map(([test, accuracy]) => `${test} ${percent(accuracy)}`)
    .join(", ");

/** The table of the data card: mean and spread over the seeds. */
function markdown(figures: Figures): string {
  const models = Object.keys(figures);
  const tests = [...new Set(Object.values(figures).flatMap(({ accuracies }) => Object.keys(accuracies[0]!)))];
  const cell = (model: string, test: string) => {
    const values = figures[model]!.accuracies.flatMap((each) => each[test] ?? []);
    if (values.length === 0) return "";
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
    return values.length > 1 ? `${percent(mean)} ± ${percent(deviation)}` : percent(mean);
  };
  const lines = [
    ["", ...models],
    ["---", ...models.map(() => "---")],
    ...tests.map((test) => [test, ...models.map((model) => cell(model, test))]),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
