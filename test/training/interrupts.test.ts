import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { before, describe, test, type TestContext } from "node:test";
import type { CallbackContext } from "../../lib/src/training/callbacks";
import type { StopSignal } from "../../lib/src/training/interrupts";
import type { Trainer } from "../../lib/src/training/trainer";
import type { TrainingArgumentsOptions } from "../../lib/src/training/training-arguments";
import { startEngine } from "../engine";
import { temporaryFolder } from "../models/tiny-bert";
import { logsWithoutTimes, tinyTrainer, weightsOf, type TinyRun } from "./tiny-task";

const ROOT = path.resolve(__dirname, "../..");

describe("interrupts", () => {
  before(() => startEngine("cpu"));

  const ARGS = {
    ...{ numTrainEpochs: 3, loggingSteps: 3, warmupSteps: 2, gradientAccumulationSteps: 2 },
    ...{ evalStrategy: "epoch", saveStrategy: "epoch", loadBestModelAtEnd: true },
  } as const satisfies TrainingArgumentsOptions;

  /** Trains, is interrupted as `interrupt` says, and goes on in a new Trainer until it is through. */
  async function interrupted(
    context: TestContext,
    args: TrainingArgumentsOptions,
    interrupt: (emit: (signal: StopSignal) => void) => TinyRun,
  ): Promise<{ trainer: Trainer; signals: unknown[]; outputDir: string }> {
    const outputDir = temporaryFolder(context);
    const signals: unknown[] = [];
    const emit = (signal: StopSignal) => void process.emit(signal, signal);
    let run = interrupt(emit);
    for (let attempt = 0; attempt < 20; attempt++) {
      const trainer = tinyTrainer({ outputDir, ...args }, run);
      const { warn } = console;
      console.warn = () => {};
      const output = await trainer
        .train({ resumeFromCheckpoint: attempt > 0 })
        .finally(() => (console.warn = warn));
      if (output.interrupted === undefined) return { trainer, signals, outputDir };
      assert.equal(trainer.model.training, false);
      signals.push(output.interrupted);
      run = interrupt(emit);
    }
    throw new Error("never ends");
  }

  const after = (steps: number, signal: StopSignal) => (emit: (signal: StopSignal) => void) => {
    let done = 0;
    return { callbacks: [{ onStepEnd: () => void (++done === steps && emit(signal)) }] };
  };

  async function unbroken(context: TestContext, args: TrainingArgumentsOptions): Promise<Trainer> {
    const trainer = tinyTrainer({ outputDir: temporaryFolder(context), ...args });
    await trainer.train();
    return trainer;
  }

  function assertSame(trainer: Trainer, expected: Trainer): void {
    assert.deepEqual(logsWithoutTimes(trainer), logsWithoutTimes(expected));
    assert.deepEqual(weightsOf(trainer.model), weightsOf(expected.model));
    const { bestMetric, bestGlobalStep } = trainer.state;
    assert.deepEqual(
      [bestMetric, bestGlobalStep],
      [expected.state.bestMetric, expected.state.bestGlobalStep],
    );
  }

  for (const [steps, signal] of [
    [1, "SIGINT"],
    [2, "SIGTERM"],
    // The last step of each epoch: its evaluation is made up for.
    [3, "SIGHUP"],
  ] as const) {
    test(`${signal} after every ${steps} steps: the run that goes on is the unbroken one, logs and all`, async (context) => {
      const { trainer, signals } = await interrupted(context, ARGS, after(steps, signal));
      assert.ok(signals.length >= 2 && signals.every((each) => each === signal), signals.join());
      assertSame(trainer, await unbroken(context, ARGS));
    });
  }

  test("during an evaluation it is left off, and made up for", async (context) => {
    let times = 0;
    const { trainer, signals } = await interrupted(
      context,
      { ...ARGS, perDeviceEvalBatchSize: 2 },
      (emit) => ({
        callbacks: [
          {
            onStepEnd({ state }: CallbackContext) {
              // Comes with the event loop's next turn: in the evaluation at the end of the epoch.
              if (state.globalStep === 3 && times++ === 0)
                setImmediate(() => setImmediate(() => emit("SIGINT")));
            },
          },
        ],
      }),
    );
    assert.deepEqual(signals, ["SIGINT"]);
    assertSame(trainer, await unbroken(context, { ...ARGS, perDeviceEvalBatchSize: 2 }));
  });

  test("a checkpoint is written even where none was asked for, and nothing listens any more", async (context) => {
    const listeners = process.listenerCount("SIGTERM");
    const outputDir = temporaryFolder(context);
    const trainer = tinyTrainer(
      { outputDir, maxSteps: 10 },
      after(4, "SIGTERM")((signal) => void process.emit(signal, signal)),
    );
    context.mock.method(console, "warn", () => {});
    const output = await trainer.train();
    assert.deepEqual([output.interrupted, output.globalStep], ["SIGTERM", 4]);
    assert.deepEqual(readdirSync(outputDir), ["checkpoint-4"]);
    assert.equal(process.listenerCount("SIGTERM"), listeners);
  });

  test("a second run into the same folder waits for one that was interrupted, and is refused beside one that was not", async (context) => {
    const outputDir = temporaryFolder(context);
    context.mock.method(console, "warn", () => {});
    let ended = false;
    const emit = (signal: StopSignal) => void process.emit(signal, signal);
    const saves = { saveStrategy: "steps", saveSteps: 20 } as const;
    const first = tinyTrainer({ outputDir, maxSteps: 10, ...saves }, after(4, "SIGINT")(emit))
      .train()
      .finally(() => (ended = true));
    await assert.rejects(
      tinyTrainer({ outputDir, maxSteps: 10, saveStrategy: "steps" }).train(),
      /another run is being trained into/,
    );
    while (process.listenerCount("SIGINT") > 0 && !ended) await new Promise(setImmediate);
    const second = tinyTrainer({ outputDir, maxSteps: 10 });
    const output = await second.train({ resumeFromCheckpoint: true });
    assert.equal(ended, true);
    assert.deepEqual([(await first).globalStep, output.globalStep], [4, 10]);
    assertSame(second, await unbroken(context, { maxSteps: 10 }));
  });

  test("two runs that save nothing may share a folder, and both end in order", async (context) => {
    const outputDir = temporaryFolder(context);
    context.mock.method(console, "warn", () => {});
    const emit = (signal: StopSignal) => void process.emit(signal, signal);
    const both = [after(4, "SIGINT")(emit), {}].map((run) => tinyTrainer({ outputDir, maxSteps: 10 }, run));
    const outputs = await Promise.all(both.map((trainer) => trainer.train()));
    assert.deepEqual(
      outputs.map(({ interrupted }) => interrupted),
      ["SIGINT", "SIGINT"],
    );
  });

  const PROGRAM = `
    const { startEngine } = require("./test/engine.ts");
    const { tinyTrainer } = require("./test/training/tiny-task.ts");
    (async () => {
      await startEngine("cpu");
      const isEndless = process.argv[2] === "endless";
      const callbacks = [{
        onStepEnd({ state }) { if (state.globalStep === 3) console.log("ready"); },
        onSave() { if (isEndless) { console.log("saved"); return new Promise(() => setInterval(() => {}, 1000)); } },
      }];
      const trainer = tinyTrainer({ outputDir: process.argv[1], maxSteps: 1e6 }, { callbacks });
      const { interrupted, globalStep } = await trainer.train();
      console.log(interrupted, globalStep > 2);
    })();`;

  /** A process of its own, to which a signal is sent at each of the words that it prints. */
  async function inProcess(
    outputDir: string,
    mode: string,
    signals: Record<string, NodeJS.Signals>,
  ): Promise<{ output: string; code: number | null; signal: NodeJS.Signals | null }> {
    const args = ["--import", "tsx", "--input-type=commonjs", "--eval", PROGRAM, outputDir, mode];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "ignore"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const before = output;
      output += text;
      for (const [word, signal] of Object.entries(signals)) {
        if (!before.includes(word) && output.includes(word)) child.kill(signal);
      }
    });
    return new Promise((resolve) => child.once("close", (code, signal) => resolve({ output, code, signal })));
  }

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    test(`${signal} to a process: it ends by itself, with the checkpoint written`, async (context) => {
      const outputDir = temporaryFolder(context);
      const { output, code } = await inProcess(outputDir, "", { ready: signal });
      assert.equal(output, `ready\n${signal} true\n`);
      assert.equal(code, 0);
      assert.match(readdirSync(outputDir).join(), /^checkpoint-\d+$/);
    });
  }

  test("the second signal ends the process at once", async (context) => {
    const ended = await inProcess(temporaryFolder(context), "endless", { ready: "SIGINT", saved: "SIGINT" });
    assert.deepEqual([ended.output, ended.signal], ["ready\nsaved\n", "SIGINT"]);
  });
});
