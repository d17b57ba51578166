import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ConfigError } from "../../../lib/src/errors";
import type {
  ScheduleName as SchedulerType,
  SchedulerOptions,
} from "../../../lib/src/training/schedules/definitions";
import { getScheduler } from "../../../lib/src/training/schedules/get-scheduler";

const REFERENCE = path.resolve(__dirname, "../../../../shared/reference/schedules.json");

function factors(name: SchedulerType, options: SchedulerOptions, steps: number[]): number[] {
  return steps.map(getScheduler(name, options));
}

function assertClose(actual: number[], expected: number[], message?: string): void {
  assert.equal(actual.length, expected.length, message);
  for (const [step, value] of expected.entries()) {
    assert.ok(
      Math.abs(actual[step]! - value) <= 1e-9,
      `${message}: step ${step}: ${actual[step]} is not ${value}`,
    );
  }
}

const run = { numWarmupSteps: 2, numTrainingSteps: 6 };

test("linear rises over the warm-up, then falls to 0 and stays there", () => {
  assertClose(factors("linear", run, [0, 1, 2, 3, 4, 5, 6, 7]), [0, 0.5, 1, 0.75, 0.5, 0.25, 0, 0], "linear");
});

test("cosine falls along half a wave, or as many as asked", () => {
  const r = Math.SQRT1_2;
  assertClose(
    factors("cosine", run, [1, 2, 3, 4, 5, 6]),
    [0.5, 1, (1 + r) / 2, 0.5, (1 - r) / 2, 0],
    "cosine",
  );
  assertClose(
    factors("cosine", { ...run, numCycles: 1 }, [2, 3, 4, 5, 6]),
    [1, 0.5, 0, 0.5, 1],
    "one whole wave",
  );
});

test("cosine_with_restarts starts again at 1 and ends at 0", () => {
  const restarts = factors("cosine_with_restarts", { ...run, numCycles: 2 }, [2, 3, 4, 5, 6, 9]);
  assertClose(restarts, [1, 0.5, 1, 0.5, 0, 0], "two falls");
});

test("polynomial comes down to lrEnd, whatever the peak", () => {
  const options = { ...run, learningRate: 0.01, lrEnd: 0.002, power: 2 };
  const expected = [0.5, 1, 0.0065, 0.004, 0.0025, 0.002, 0.002].map((v, i) => (i < 2 ? v : v / 0.01));
  assertClose(factors("polynomial", options, [1, 2, 3, 4, 5, 6, 60]), expected, "polynomial");
  assertClose(factors("polynomial", { ...run, learningRate: 1 }, [6]), [1e-7], "lrEnd is 1e-7 by default");
});

test("constant has no warm-up, constant_with_warmup has one", () => {
  assertClose(factors("constant", run, [0, 1, 2, 100]), [1, 1, 1, 1], "constant");
  assertClose(factors("constant_with_warmup", run, [0, 1, 2, 100]), [0, 0.5, 1, 1], "constant_with_warmup");
});

test("inverse_sqrt decays on a time scale: the warm-up, 10,000 steps without one, or as told", () => {
  const scaled = factors("inverse_sqrt", { numWarmupSteps: 4, numTrainingSteps: 100 }, [2, 4, 16, 64]);
  assertClose(scaled, [0.5, 1, 0.5, 0.25], "the warm-up");
  assertClose(
    factors("inverse_sqrt", { numWarmupSteps: 0, numTrainingSteps: 9 }, [0, 30_000]),
    [1, 0.5],
    "10,000",
  );
  assertClose(factors("inverse_sqrt", { ...run, timescale: 3 }, [2, 11]), [1, 0.5], "as told");
});

test("a run that is all warm-up divides by nothing", () => {
  const options = { numWarmupSteps: 3, numTrainingSteps: 3, learningRate: 1 };
  for (const name of ["linear", "cosine", "cosine_with_restarts", "polynomial", "inverse_sqrt"] as const) {
    const values = factors(name, options, [0, 1, 2, 3, 4]);
    assertClose(values.slice(0, 3), [0, 1 / 3, 2 / 3], name);
    assert.ok(values.every(Number.isFinite), name);
  }
});

test("what cannot work is refused", () => {
  const refuse = (name: string, options: object, message: RegExp) =>
    assert.throws(
      () => getScheduler(name as SchedulerType, options as SchedulerOptions),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
  refuse("sawtooth", run, /"sawtooth".*linear, cosine, cosine_with_restarts, .*polynomial, constant/);
  refuse("toString", run, /unknown schedule/);
  refuse("linear", { ...run, numWarmupSteps: -1 }, /numWarmupSteps is -1/);
  refuse("linear", { numWarmupSteps: 1 }, /numTrainingSteps is undefined/);
  refuse("linear", { ...run, power: 2 }, /no option `power`/);
  refuse("cosine", { ...run, numCycles: NaN }, /numCycles is NaN/);
  refuse("inverse_sqrt", { ...run, timescale: 0 }, /positive/);
  refuse("polynomial", run, /learningRate \(not given\)/);
  refuse("polynomial", { ...run, learningRate: 1e-8 }, /lrEnd \(1e-7\) must be smaller/);
});

test(
  "every schedule equals transformers'",
  { skip: !existsSync(REFERENCE) && "no ../shared/reference" },
  () => {
    const reference = JSON.parse(readFileSync(REFERENCE, "utf8")) as Record<string, number[]>;
    for (const [key, expected] of Object.entries(reference)) {
      const [name, warmup, total] = key.split("/");
      const options = { numWarmupSteps: Number(warmup), numTrainingSteps: Number(total), learningRate: 1 };
      assertClose(factors(name as SchedulerType, options, [...expected.keys()]), expected, key);
    }
  },
);
