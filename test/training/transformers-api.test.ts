import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { before, describe, test } from "node:test";
import { ConfigError } from "../../lib/src/errors";
import { CHECKS } from "../../lib/src/training/argument-checks";
import { describeUnknownArgument } from "../../lib/src/training/argument-names";
import type { TrainerCallback } from "../../lib/src/training/callbacks";
import { EarlyStoppingCallback } from "../../lib/src/training/early-stopping-callback";
import { TrainingArguments } from "../../lib/src/training/training-arguments";
import { startEngine } from "../engine";
import api from "../fixtures/trainer/api.json";
import { temporaryFolder, tinyBert, warningsOf } from "../models/tiny-bert";
import { tinyTrainer } from "./tiny-task";

const DOCUMENT = readFileSync(path.resolve(__dirname, "../../docs/trainer.md"), "utf8");
const camel = (name: string) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
/** With defaults filled in. */
const ours = new TrainingArguments() as unknown as Record<string, unknown>;

/** Defaults that are other ones than transformers', each with a word in the document. */
const OTHER_DEFAULTS = ["outputDir", "optim", "lrSchedulerKwargs", "optimArgs", "evalSteps", "disableTqdm"];
OTHER_DEFAULTS.push("gradientCheckpointing", "includeForMetrics");

describe("transformers' TrainingArguments", () => {
  for (const [field, theirs] of Object.entries(api.fields)) {
    const name = camel(field);
    test(`${name} is known, with the same default, or refused with the reason; and in the document`, () => {
      assert.match(
        DOCUMENT,
        new RegExp(`^\\| (.*, )?\`${name}\`[,| ]`, "m"),
        "docs/trainer.md has no row for it",
      );
      if (!Object.hasOwn(CHECKS, name)) {
        assert.match(describeUnknownArgument(name, Object.keys(CHECKS)), /is not taken: |it is now /);
        assert.throws(() => new TrainingArguments({ [name]: theirs ?? 1 }), ConfigError);
        return;
      }
      if (OTHER_DEFAULTS.includes(name)) return;
      assert.equal(ours[name], theirs);
    });
  }

  test("~ is the home folder, and true counts all tokens", () => {
    assert.equal(new TrainingArguments({ outputDir: "~/run" }).outputDir, path.join(homedir(), "run"));
    const args = new TrainingArguments({ includeNumInputTokensSeen: true });
    assert.equal(args.includeNumInputTokensSeen, "all");
  });
});

describe("transformers' callbacks", () => {
  before(() => startEngine("native"));

  test("every event but the push is there, and in the document", async (context) => {
    const told: string[] = [];
    const events = api.events.map(camel).filter((name) => name !== "onPushBegin");
    const callback = Object.fromEntries(events.map((name) => [name, () => void told.push(name)]));
    const trainer = tinyTrainer(
      {
        ...{
          maxSteps: 2,
          gradientAccumulationSteps: 2,
          evalStrategy: "steps",
          evalSteps: 1,
          loggingSteps: 1,
        },
        ...{ saveStrategy: "steps", saveSteps: 1, outputDir: temporaryFolder(context) },
      },
      { callbacks: [callback] },
    );
    await trainer.train();
    await trainer.predict(trainer["options"].evalDataset as never);
    assert.deepEqual([...new Set(told)].sort(), [...events].sort());
    for (const name of [...events, "onPushBegin"]) assert.ok(DOCUMENT.includes(`\`${name}\``), name);
  });

  /** Keeps what it was made with. */
  class Remembering implements TrainerCallback {
    constructor(public value: string) {}
    exportState() {
      return { args: { value: this.value }, attributes: {} };
    }
    restoreState({ args }: { args: Record<string, unknown> }) {
      this.value = args.value as string;
    }
  }

  test("two of one class are told of, and each goes on with its own state", async (context) => {
    const outputDir = temporaryFolder(context);
    const run = async (callbacks: Remembering[], resumeFromCheckpoint: boolean) => {
      const args = { maxSteps: 2, outputDir, saveStrategy: "steps" as const, saveSteps: 2 };
      const warnings = await warningsOf(async () => {
        await tinyTrainer(args, { callbacks }).train({ resumeFromCheckpoint });
      });
      assert.match(warnings[0]!, /two callbacks of the class Remembering/);
    };
    await run([new Remembering("first"), new Remembering("second")], false);
    const again = [new Remembering(""), new Remembering("")];
    await run(again, true);
    assert.deepEqual(
      again.map(({ value }) => value),
      ["first", "second"],
    );
  });

  test("a state whose callback is not there any more is told of", async (context) => {
    const outputDir = temporaryFolder(context);
    const run = (callbacks: TrainerCallback[], resumeFromCheckpoint = false) =>
      tinyTrainer(
        {
          ...{
            maxSteps: 2,
            outputDir,
            saveStrategy: "steps",
            saveSteps: 2,
            evalStrategy: "steps",
            evalSteps: 2,
          },
          ...{ loadBestModelAtEnd: true },
        },
        { callbacks },
      ).train({ resumeFromCheckpoint });
    await run([new EarlyStoppingCallback()]);
    const warnings = await warningsOf(() => run([], true));
    assert.match(warnings.join("\n"), /has a state of EarlyStoppingCallback, and there is no such callback/);
  });
});

describe("options that would do nothing", () => {
  before(() => startEngine("native"));

  test("label smoothing of a regression is refused", async () => {
    const trainer = tinyTrainer({ labelSmoothingFactor: 0.1 }, { model: tinyBert({ numLabels: 1 }) });
    await assert.rejects(trainer.train(), /labelSmoothingFactor is for classes/);
  });
});
