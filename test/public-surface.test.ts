import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";

const ROOT = path.resolve(__dirname, "..");
const compiler = (name: string) => path.join(ROOT, "node_modules", name, "bin", "tsc");

/**
 * A program as a notebook cell would have it. Its types are asserted: a declaration that TypeScript 5.0 cannot read
 * becomes `any` without a word, and `any` fails here.
 */
const PROGRAM = `
import {
  Dataset, DatasetDict, AutoTokenizer, BertTokenizer, DataCollatorWithPadding, AutoModelForSequenceClassification,
  BertConfig, BertForSequenceClassification, Trainer, TrainingArguments, argmax, evaluate, loadDataset, pipeline,
  getScheduler, readSafetensors, useEngine,
} from "finetune-ts";
import { display, plotLossCurve, table } from "finetune-ts-notebook";
import type { Batch, HostTensor, LogEntry, LogitMatrix, TrainOutput, TrainerState } from "finetune-ts";

type IsAny<T> = 0 extends 1 & T ? true : false;
type IsNever<T> = [T] extends [never] ? true : false;
type Known<T> = IsAny<T> extends true ? false : IsNever<T> extends true ? false : true;
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T => true as T;

holds<Known<Awaited<ReturnType<typeof loadDataset>>>>();
holds<Known<DatasetDict["train"]>>();
holds<Known<ReturnType<Dataset["slice"]>>>();
holds<Known<ReturnType<Dataset["at"]>>>();
holds<Known<Awaited<ReturnType<typeof AutoTokenizer.fromPretrained>>>>();
holds<Known<InstanceType<typeof BertTokenizer>>>();
holds<Known<ReturnType<InstanceType<typeof DataCollatorWithPadding>>>>();
holds<Known<Batch["input_ids"]>>();
holds<Known<Awaited<ReturnType<typeof AutoModelForSequenceClassification.fromPretrained>>>>();
holds<Known<ReturnType<BertForSequenceClassification["forward"]>["logits"]>>();
holds<Equal<BertConfig["hiddenSize"], number>>();
holds<Equal<ReturnType<BertForSequenceClassification["numParameters"]>, number>>();
holds<Equal<Awaited<ReturnType<Trainer["train"]>>, TrainOutput>>();
holds<Equal<Trainer["state"], TrainerState>>();
holds<Equal<LogEntry["step"], number>>();
holds<Equal<LogitMatrix["data"], Float32Array>>();
holds<Equal<TrainingArguments["learningRate"], number>>();
holds<Equal<ReturnType<typeof argmax>, Int32Array>>();
holds<Known<Awaited<ReturnType<typeof evaluate.load>>>>();
holds<Known<ReturnType<typeof pipeline>>>();
holds<Equal<ReturnType<ReturnType<typeof getScheduler>>, number>>();
holds<Known<HostTensor["data"]>>();
holds<Known<Awaited<ReturnType<typeof readSafetensors>>["tensors"]>>();
holds<Known<Awaited<ReturnType<typeof useEngine>>>>();
holds<Known<typeof display>>();
holds<Known<typeof table>>();
holds<Known<typeof plotLossCurve>>();

// As the notebook has it.
export async function train(): Promise<string> {
  const rawDatasets = await loadDataset("reviews");
  const tokenizer = await AutoTokenizer.fromPretrained("bert-tiny-reviews");
  const tokenized = await rawDatasets.map((batch) => tokenizer(batch.sentence as string[], { truncation: true }), { batched: true });
  const dataCollator = new DataCollatorWithPadding({ tokenizer });
  const model = await AutoModelForSequenceClassification.fromPretrained("bert-tiny-reviews", { numLabels: 2 });
  const metric = await evaluate.load("glue", "sst2");
  const args = new TrainingArguments({ outputDir: "out", evalStrategy: "epoch", saveStrategy: "epoch", bf16: true });
  const trainer = new Trainer({
    model, args, trainDataset: tokenized.train, evalDataset: tokenized.validation, dataCollator,
    processingClass: tokenizer,
    computeMetrics: ({ predictions, labelIds }) => metric.compute({ predictions: argmax(predictions), references: labelIds }),
  });
  await trainer.train();
  const classify = pipeline("text-classification", { model, tokenizer });
  const [best] = await classify("This movie was absolutely fantastic!", { topK: null });
  return best!.label + String(best!.score + 1);
}
`;

/** Names that must be errors, or everything is \`any\`. */
const WRONG = `
import { Trainer, loadDataset, noSuchThing } from "finetune-ts";
export const a: string = new Trainer(1);
export const b: number = loadDataset("reviews");
`;

describe("the emitted declarations", () => {
  let folder: string;

  before(() => {
    // Inside of the repository, so that both packages are found as they are built.
    const parent = path.join(ROOT, "out");
    mkdirSync(parent, { recursive: true });
    folder = mkdtempSync(path.join(parent, "public-surface-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** What TypeScript 5.0 says of a program; only of it and of our declarations, not of other packages'. */
  function complaints(program: string): string[] {
    const file = path.join(folder, "program.ts");
    writeFileSync(file, program);
    const flags = [
      ...["--noEmit", "--strict", "--module", "commonjs", "--moduleResolution", "node10"],
      ...[
        "--target",
        "es2022",
        "--lib",
        "es2022",
        "--types",
        "node",
        "--esModuleInterop",
        "--pretty",
        "false",
      ],
    ];
    try {
      execFileSync(process.execPath, [compiler("typescript-5.0"), ...flags, "program.ts"], {
        cwd: folder,
        encoding: "utf8",
        stdio: "pipe",
      });
      return [];
    } catch (error) {
      const lines = (error as { stdout: string }).stdout.split("\n");
      return lines.filter((line) => /^(program|(\.\.\/)*(lib|notebook)\/dist)[^(]*\(/.test(line));
    }
  }

  test("type-check under TypeScript 5.0.4 as tslab resolves them, without a silent any", () => {
    assert.deepEqual(complaints(PROGRAM), []);
  });

  test("mistakes are noticed", () => {
    const found = complaints(WRONG).join("\n");
    for (const pattern of [/noSuchThing/, /TS2322/, /TS2345|TS2739|TS2559/]) assert.match(found, pattern);
  });
});
