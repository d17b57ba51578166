import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { before, describe, test, type TestContext } from "node:test";
import type { TrainingArgumentsOptions } from "../../../lib/src/training/training-arguments";
import { startEngine } from "../../engine";
import { temporaryFolder } from "../../models/tiny-bert";
import { tinyTrainer, weightsOf, type TinyRun } from "../tiny-task";

describe("an output folder with another run's checkpoints", () => {
  before(() => startEngine("cpu"));

  async function train(outputDir: string, args: TrainingArgumentsOptions, run: TinyRun = {}, resume = false) {
    const trainer = tinyTrainer({ outputDir, saveStrategy: "steps", ...args }, run);
    await trainer.train({ resumeFromCheckpoint: resume });
    return trainer;
  }

  const warnings = (context: TestContext) => {
    const warn = context.mock.method(console, "warn", () => {});
    return () => warn.mock.calls.map(({ arguments: [message] }) => String(message));
  };

  test("what was just saved outlives higher-numbered ones of an older run, which stay and are mentioned", async (context) => {
    const outputDir = temporaryFolder(context);
    const said = warnings(context);
    await train(outputDir, { saveSteps: 20, maxSteps: 60 });
    assert.deepEqual(said(), []);
    await train(outputDir, { saveSteps: 5, maxSteps: 15, saveTotalLimit: 1 });
    assert.deepEqual(readdirSync(outputDir).sort(), [
      "checkpoint-15",
      "checkpoint-20",
      "checkpoint-40",
      "checkpoint-60",
    ]);
    assert.match(
      said().join(),
      /holds checkpoints of another run \(checkpoint-20, checkpoint-40, checkpoint-60\)\. They stay/,
    );
  });

  test("resumeFromCheckpoint: true takes the run that has saved last, not the highest number", async (context) => {
    const outputDir = temporaryFolder(context);
    warnings(context);
    await train(outputDir, { saveSteps: 20, maxSteps: 20, seed: 1 });
    const short = await train(outputDir, { saveSteps: 5, maxSteps: 10, seed: 2 });
    const resumed = tinyTrainer({ outputDir, seed: 2, maxSteps: 10 });
    await resumed.train({ resumeFromCheckpoint: true });
    assert.equal(resumed.state.globalStep, 10);
    assert.deepEqual(weightsOf(resumed.model), weightsOf(short.model));
  });

  test("a resumed run is the same one: its old checkpoints count", async (context) => {
    const outputDir = temporaryFolder(context);
    const said = warnings(context);
    const args = { saveSteps: 5, saveTotalLimit: 2 };
    await train(outputDir, { ...args, maxSteps: 10 });
    const idOf = (step: number) => {
      const file = path.join(outputDir, `checkpoint-${step}`, "run.json");
      return (JSON.parse(readFileSync(file, "utf8")) as { runId: string }).runId;
    };
    const id = idOf(10);
    await train(outputDir, { ...args, maxSteps: 20 }, {}, true);
    assert.deepEqual(readdirSync(outputDir).sort(), ["checkpoint-15", "checkpoint-20"]);
    assert.equal(idOf(20), id);
    assert.ok(
      said().every((line) => !line.includes("another run")),
      said().join(),
    );
  });

  const BEST = {
    ...{ evalStrategy: "steps", evalSteps: 5, saveSteps: 5, maxSteps: 15 },
    ...{ loadBestModelAtEnd: true, metricForBestModel: "quality" },
  } as const satisfies TrainingArgumentsOptions;

  /** The first evaluation is the best one; `meanwhile` happens after the last. */
  const firstIsBest = (meanwhile: () => void): TinyRun => {
    let evaluations = 0;
    return {
      computeMetrics: () => ({ quality: ++evaluations === 1 ? 1 : 0 }),
      callbacks: [{ onSave: ({ state }) => void (state.globalStep === 15 && meanwhile()) }],
    };
  };

  test("a best checkpoint that is gone: a warning, and the last weights stay", async (context) => {
    const outputDir = temporaryFolder(context);
    const said = warnings(context);
    const best = path.join(outputDir, "checkpoint-5");
    const trainer = await train(
      outputDir,
      BEST,
      firstIsBest(() => rmSync(best, { recursive: true })),
    );
    assert.equal(trainer.state.bestModelCheckpoint, best);
    assert.match(
      said().join(),
      /the best checkpoint, .*checkpoint-5, is not there any more; the last weights stay/,
    );
    const last = tinyTrainer({ outputDir, ...BEST, saveStrategy: "steps", loadBestModelAtEnd: false });
    await last.train({ resumeFromCheckpoint: path.join(outputDir, "checkpoint-15") });
    assert.deepEqual(weightsOf(trainer.model), weightsOf(last.model));
  });

  test("a folder that was moved has its best checkpoint under the same name", async (context) => {
    const [first, moved] = [temporaryFolder(context), temporaryFolder(context)];
    warnings(context);
    const args = { ...BEST, loadBestModelAtEnd: true };
    const whole = await train(
      first,
      args,
      firstIsBest(() => {}),
    );
    rmSync(path.join(first, "checkpoint-15"), { recursive: true });
    cpSync(first, moved, { recursive: true });
    rmSync(first, { recursive: true });
    let evaluations = 1;
    const trainer = await train(
      moved,
      args,
      { computeMetrics: () => ({ quality: ++evaluations === 1 ? 1 : 0 }) },
      true,
    );
    assert.deepEqual(weightsOf(trainer.model), weightsOf(whole.model));
    assert.equal(trainer.state.bestGlobalStep, 5);
  });
});
