import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";

import { notebookProgress } from "../../notebook/src/progress";
import { TrainingTable } from "../../notebook/src/training-table";
import type { CallbackContext } from "../../lib/src/training/callbacks";
import type { TrainerState } from "../../lib/src/training/state";
import { FakeKernel } from "./fake-kernel";

const control = {
  shouldTrainingStop: false,
  shouldEpochStop: false,
  shouldSave: false,
  shouldEvaluate: false,
  shouldLog: false,
};

/** The part of the Trainer that a callback sees, without a model. */
class FakeRun {
  readonly table = new TrainingTable();
  readonly state: TrainerState = {
    epoch: 0,
    globalStep: 0,
    maxSteps: 40,
    numTrainEpochs: 2,
    logHistory: [],
    bestMetric: null,
    bestGlobalStep: null,
    bestModelCheckpoint: null,
    statefulCallbacks: {},
    trainBatchSize: 8,
    numInputTokensSeen: 0,
    loggingSteps: 1,
    evalSteps: 1,
    saveSteps: 1,
  };
  readonly context: CallbackContext;

  constructor(evalStrategy: "epoch" | "steps" | "no") {
    const args = { evalStrategy } as CallbackContext["args"];
    this.context = { args, state: this.state, control } as unknown as CallbackContext;
  }

  steps(count: number): void {
    for (let step = 0; step < count; step++) {
      this.state.globalStep++;
      this.state.epoch = this.state.globalStep / 20;
      this.table.onStepEnd(this.context);
    }
  }

  /** @param losses one log line and evaluation for each epoch of 20 steps */
  train(losses: [number, number, number][]): void {
    this.table.onTrainBegin(this.context);
    for (const [loss, eval_loss, eval_accuracy] of losses) {
      this.steps(20);
      this.table.onLog(this.context, { loss, learning_rate: 1e-4 });
      this.table.onEvaluate(this.context, {
        eval_loss,
        eval_accuracy,
        eval_runtime: 1.5,
        epoch: this.state.epoch,
      });
    }
    this.table.onTrainEnd(this.context);
  }
}

describe("TrainingTable", () => {
  let kernel: FakeKernel;
  beforeEach(() => (kernel = new FakeKernel()));
  afterEach(() => kernel.remove());

  const last = () => kernel.messages.at(-1)?.data["text/plain"].split("\n") ?? [];

  it("gains a row with each evaluation, in one display", () => {
    new FakeRun("epoch").train([
      [0.69314, 0.65, 0.5],
      [0.4, 0.5123456, 1],
    ]);
    assert.equal(new Set(kernel.messages.map(({ id }) => id)).size, 1);
    assert.deepEqual(last().slice(1), [
      "",
      "Epoch  Training Loss  Validation Loss  Accuracy",
      "─────  ─────────────  ───────────────  ────────",
      "    1         0.6931           0.6500    0.5000",
      "    2         0.4000           0.5123    1.0000",
    ]);
    assert.match(last()[0] ?? "", /^Training █{20} 40\/40 steps, 0:00, [\d,]+\/s, epoch 2\/2$/);
    assert.match(kernel.messages.at(-1)?.data["text/html"] ?? "", /<th[^>]*>Validation Loss<\/th>/);
  });

  it("shows several evaluation sets side by side, one row for all of them", () => {
    const run = new FakeRun("epoch");
    run.table.onTrainBegin(run.context);
    for (const loss of [0.5, 0.25]) {
      run.steps(20);
      run.table.onLog(run.context, { loss });
      for (const [set, more] of [
        ["matched", 0.1],
        ["mismatched", 0.2],
      ] as const) {
        run.table.onEvaluate(run.context, {
          [`eval_${set}_loss`]: loss + more,
          [`eval_${set}_accuracy`]: 1 - more,
          [`eval_${set}_runtime`]: 1.5,
          [`eval_${set}_samples_per_second`]: 10,
          [`eval_${set}_steps_per_second`]: 1,
          epoch: run.state.epoch,
        });
      }
    }
    assert.deepEqual(last().slice(2), [
      // Wider than a terminal: the headers break.
      "Epoch      Training      Matched       Matched  Mismatched Loss       Mismatched",
      "               Loss         Loss      Accuracy                          Accuracy",
      "─────  ────────────  ───────────  ────────────  ───────────────  ───────────────",
      "    1        0.5000       0.6000        0.9000           0.7000           0.8000",
      "    2        0.2500       0.3500        0.9000           0.4500           0.8000",
    ]);
  });

  it("says so when nothing was logged before the evaluation", () => {
    const run = new FakeRun("epoch");
    run.table.onTrainBegin(run.context);
    run.steps(20);
    run.table.onEvaluate(run.context, { eval_loss: 0.5, eval_accuracy: 0.9 });
    assert.equal(last().at(-1), "    1         No log           0.5000    0.9000");
  });

  it("evaluating by steps, counts steps", () => {
    const run = new FakeRun("steps");
    run.table.onTrainBegin(run.context);
    run.steps(7);
    run.table.onEvaluate(run.context, { eval_loss: 0.5, eval_matthews_correlation: 0 });
    assert.match(last()[2] ?? "", /^Step {2}Training Loss {2}Validation Loss {2}Matthews Correlation$/);
    assert.match(last().at(-1) ?? "", /^ {3}7 .* 0\.0000$/);
  });

  it("without evaluations, lists the training loss by step", () => {
    const run = new FakeRun("no");
    run.table.onTrainBegin(run.context);
    run.steps(10);
    run.table.onLog(run.context, { loss: 0.6 });
    run.steps(10);
    run.table.onLog(run.context, { loss: 0.5 });
    run.table.onLog(run.context, { train_runtime: 3 });
    assert.deepEqual(last().slice(2), [
      "Step  Training Loss",
      "────  ─────────────",
      "  10         0.6000",
      "  20         0.5000",
    ]);
  });

  it("starts afresh with the next run and counts its rate from the step it resumes at", () => {
    const run = new FakeRun("epoch");
    run.train([[0.6, 0.5, 0.8]]);
    const first = kernel.messages.length;
    run.table.onTrainBegin(run.context);
    assert.equal(kernel.messages[first]?.update, false);
    assert.equal(last().length, 1);
    assert.match(last()[0] ?? "", / 20\/40 steps, 0:00, epoch 1\/2$/);
  });

  it("shows the bar of an evaluation within its view, until that is done", (t) => {
    const run = new FakeRun("epoch");
    run.table.onTrainBegin(run.context);
    let now = performance.now();
    t.mock.method(performance, "now", () => (now += 1000));
    const bar = notebookProgress({ label: "Evaluating", total: 4, unit: "batches" });
    bar.update(2);
    assert.match(last()[1] ?? "", /^Evaluating █{10}░{10} 2\/4 batches/);
    bar.finish();
    assert.equal(last().length, 1);
    run.table.onTrainEnd(run.context);
    assert.equal(new Set(kernel.messages.map(({ id }) => id)).size, 1);
    notebookProgress({ label: "Evaluating", total: 4 }).finish();
    assert.equal(new Set(kernel.messages.map(({ id }) => id)).size, 2);
  });

  it("stays out of an evaluation outside of training", () => {
    const run = new FakeRun("epoch");
    run.table.onEvaluate(run.context, { eval_loss: 0.5 });
    assert.equal(kernel.messages.length, 0);
  });

  it("does not flood the front end", () => {
    const run = new FakeRun("no");
    run.table.onTrainBegin(run.context);
    run.steps(5000);
    run.table.onTrainEnd(run.context);
    assert.ok(kernel.messages.length < 50, `${kernel.messages.length} messages`);
  });
});
