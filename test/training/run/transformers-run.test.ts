import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { before, test, type TestContext } from "node:test";
import { readPytorchObject } from "../../../lib/src/checkpoints/pytorch-bin";
import { CheckpointError } from "../../../lib/src/errors";
import { AutoModelForSequenceClassification } from "../../../lib/src/models/auto";
import type { LogEntry } from "../../../lib/src/training/state";
import type { TrainingArgumentsOptions } from "../../../lib/src/training/training-arguments";
import { startEngine } from "../../engine";
import { temporaryFolder, warningsOf } from "../../models/tiny-bert";
import { assertClose } from "../../ops/against-reference";
import { datasetOf, tinyTrainer, type TinyRow } from "../tiny-task";
import { pythonWith } from "../../python";

const transformers = pythonWith("torch", "transformers");
const FIXTURES = path.resolve(__dirname, "../../fixtures");
const RUN = path.join(FIXTURES, "trainer/transformers_run");
const MODEL = path.join(FIXTURES, "conformance/tiny-bert/model");
const read = (name: string) => JSON.parse(readFileSync(path.join(RUN, name), "utf8")) as unknown;
const ROWS = read("rows.json") as TinyRow[];
const HISTORY = read("log_history.json") as LogEntry[];

/** As test/fixtures/trainer/make_transformers_run.py has them. */
const ARGS: TrainingArgumentsOptions = {
  ...{ maxSteps: 8, perDeviceTrainBatchSize: 6, learningRate: 5e-3, weightDecay: 0.1, warmupSteps: 2 },
  ...{ loggingSteps: 1, saveStrategy: "steps", saveSteps: 4, trainSamplingStrategy: "sequential" },
};

before(() => startEngine("native"));

const trainerOf = async (args: TrainingArgumentsOptions) =>
  tinyTrainer(
    { ...ARGS, ...args },
    {
      model: await AutoModelForSequenceClassification.fromPretrained(MODEL),
      trainDataset: datasetOf(ROWS),
      dataCollator: undefined,
    },
  );

/** A copy of transformers' checkpoint in an output folder. */
function copyOf(context: TestContext): { outputDir: string; checkpoint: string } {
  const outputDir = temporaryFolder(context);
  const checkpoint = path.join(outputDir, "checkpoint-4");
  cpSync(path.join(RUN, "checkpoint-4"), checkpoint, { recursive: true });
  return { outputDir, checkpoint };
}

const FIGURES = ["loss", "grad_norm", "learning_rate", "epoch", "step"];
const figuresOf = (history: readonly LogEntry[]) =>
  history.filter((entry) => "loss" in entry).flatMap((entry) => FIGURES.map((name) => entry[name]!));

test("a run of transformers' goes on here as it went on there: weights, optimizer, schedule and log", async (context) => {
  const { outputDir } = copyOf(context);
  const trainer = await trainerOf({ outputDir });
  const warnings = await warningsOf(() => trainer.train({ resumeFromCheckpoint: true }));
  assert.deepEqual(warnings, []);
  assert.equal(trainer.state.globalStep, 8);
  assertClose(figuresOf(trainer.state.logHistory), figuresOf(HISTORY), 1e-5);
});

test("an optimizer.pt that is not this optimizer's is passed over, and it is said", async (context) => {
  const { outputDir, checkpoint } = copyOf(context);
  const other = await trainerOf({ outputDir, optim: "sgd", optimArgs: { momentum: 0.9 } });
  const ofSgd = await warningsOf(() => other.train({ resumeFromCheckpoint: checkpoint }));
  assert.match(
    ofSgd[0]!,
    /optimizer's state is passed over: .*optimizer\.pt: tensor '.*momentum_buffer' is missing/,
  );
  assert.match(ofSgd[1]!, /has no optimizer\.safetensors; the optimizer begins anew/);
  const frozen = await trainerOf({ outputDir });
  frozen.model.freeze("bert");
  const ofFrozen = await warningsOf(() => frozen.train({ resumeFromCheckpoint: checkpoint }));
  assert.match(ofFrozen[0]!, /is of 25 parameters; 2 are trained here/);
  writeFileSync(path.join(checkpoint, "optimizer.pt"), "no archive");
  const damaged = await trainerOf({ outputDir });
  const ofDamaged = await warningsOf(() => damaged.train({ resumeFromCheckpoint: checkpoint }));
  assert.match(ofDamaged[0]!, /state is passed over: .*optimizer\.pt: damaged zip archive/);
  rmSync(path.join(checkpoint, "optimizer.pt"));
  const missing = await trainerOf({ outputDir });
  const ofMissing = await warningsOf(() => missing.train({ resumeFromCheckpoint: checkpoint }));
  assert.match(ofMissing[0]!, /the optimizer begins anew/);
});

test("an optimizer.pt is read as tensors and numbers, and an empty one refused", async (context) => {
  const folder = temporaryFolder(context);
  const { tensors, numbers } = await readPytorchObject(path.join(RUN, "checkpoint-4/optimizer.pt"));
  assert.equal(tensors.size, 3 * 25);
  assert.equal(numbers.get("param_groups.0.weight_decay"), 0.1);
  const file = path.join(folder, "optimizer.pt");
  writeFileSync(file, "");
  await assert.rejects(readPytorchObject(file), CheckpointError);
});

test("transformers goes on from a checkpoint of ours", { skip: transformers.skip }, async (context) => {
  const outputDir = temporaryFolder(context);
  const trainer = await trainerOf({ outputDir, loggingSteps: 2 });
  await trainer.train();
  const program = `
import json, sys
from transformers import BertForSequenceClassification, Trainer, TrainingArguments
out, model, rows = sys.argv[1:]
args = TrainingArguments(output_dir=out, max_steps=8, per_device_train_batch_size=6, learning_rate=5e-3, weight_decay=0.1,
    warmup_steps=2, logging_steps=2, save_strategy="no", train_sampling_strategy="sequential", report_to="none", use_cpu=True)
trainer = Trainer(BertForSequenceClassification.from_pretrained(model), args, train_dataset=json.load(open(rows)))
trainer.train(resume_from_checkpoint=out + "/checkpoint-4")
print(json.dumps(trainer.state.log_history))`;
  const printed = execFileSync(
    transformers.python,
    ["-c", program, outputDir, MODEL, path.join(RUN, "rows.json")],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  const history = JSON.parse(printed.trim().split("\n").at(-1)!) as LogEntry[];
  const own = trainer.state.logHistory.filter((entry) => "loss" in entry);
  const theirs = history.filter((entry) => "loss" in entry);
  assert.deepEqual(
    theirs.map(({ step }) => step),
    [2, 4, 6, 8],
  );
  assert.deepEqual(theirs.slice(0, 2), own.slice(0, 2), "what was logged before is kept");
  // Its optimizer begins anew: the first step after it differs, the loss before that step does not.
  assert.ok(Math.abs(theirs[2]!.loss! - own[2]!.loss!) < 2e-2);
});
