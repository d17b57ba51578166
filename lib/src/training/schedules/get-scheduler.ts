import { ConfigError } from "../../errors";
import {
  definitionOf,
  SCHEDULES,
  type Schedule,
  type ScheduleName,
  type SchedulerOptions,
} from "./definitions";

/** Options that every schedule may be given. */
const COMMON: readonly string[] = ["numWarmupSteps", "numTrainingSteps", "learningRate"];

/** Options that are words. */
const SLOPES: readonly unknown[] = ["linear", "cosine", "1-sqrt"];
const WORDS: readonly string[] = ["warmupType", "decayType"];

/**
 * A learning-rate schedule: the factor on the peak learning rate, step by step. After the warm-up,
 *
 * - `linear` falls to 0 in a straight line,
 * - `cosine` falls along half a cosine (`numCycles`: waves),
 * - `cosine_with_restarts` falls to 0 `numCycles` times,
 * - `cosine_with_min_lr` falls like `cosine`, to `minLr` or `minLrRate` of the peak,
 * - `cosine_warmup_with_min_lr` too, and its warm-up begins at `warmupLrRate` of the peak,
 * - `warmup_stable_decay` stays at 1 and falls over the last `numDecaySteps`,
 * - `polynomial` falls to `lrEnd / learningRate` as (1 - progress) ^ `power`,
 * - `constant_with_warmup` stays at 1, as `constant` does from the first step,
 * - `inverse_sqrt` falls as 1 / sqrt(steps / `timescale`), without an end.
 *
 * @throws ConfigError on an unknown name (listing the known), a step count that is none, or an option of another schedule
 * @see transformers.optimization (v5.24), transformers.get_scheduler
 * @example
 * const factorAt = getScheduler("linear", { numWarmupSteps: 10, numTrainingSteps: 100 });
 * factorAt(5); // 0.5
 * factorAt(55); // 0.5
 */
export function getScheduler(name: ScheduleName, options: SchedulerOptions): Schedule {
  if (!Object.hasOwn(SCHEDULES, name)) {
    throw new ConfigError(
      `getScheduler: unknown schedule ${JSON.stringify(name)}; known are ${Object.keys(SCHEDULES).join(", ")}.`,
    );
  }
  const { takes, warmup, afterWarmup } = definitionOf(name);
  check(name, takes, options);
  const then = afterWarmup(options);
  if (warmup === false) return then;
  const { numWarmupSteps } = options;
  const first = warmup?.(options) ?? ((step: number) => step / numWarmupSteps);
  return (step) => (step < numWarmupSteps ? first(step) : then(step));
}

function check(name: string, takes: readonly string[], options: SchedulerOptions): void {
  const { numWarmupSteps, numTrainingSteps, ...figures } = options;
  const steps = { numWarmupSteps, numTrainingSteps };
  for (const [key, value] of Object.entries(steps)) checkSteps(name, key, value);
  for (const [key, value] of Object.entries(figures) as [string, number | string | undefined][]) {
    if (value === undefined) continue;
    const allowed = [...COMMON, ...takes];
    if (!allowed.includes(key)) {
      throw new ConfigError(
        `getScheduler("${name}"): it has no option \`${key}\`; it takes ${allowed.join(", ")}.`,
      );
    }
    if (WORDS.includes(key)) {
      if (SLOPES.includes(value)) continue;
      throw new ConfigError(
        `getScheduler("${name}"): ${key} is ${JSON.stringify(value)}; there are ${SLOPES.join(", ")}.`,
      );
    }
    if (key.endsWith("Steps")) checkSteps(name, key, value);
    else if (!Number.isFinite(value) || (key === "timescale" && (value as number) <= 0)) {
      throw new ConfigError(
        `getScheduler("${name}"): ${key} is ${String(value)}; it must be a ${key === "timescale" ? "positive " : ""}number.`,
      );
    }
  }
}

function checkSteps(name: string, key: string, value: number | string): void {
  if (Number.isInteger(value) && (value as number) >= 0) return;
  throw new ConfigError(`getScheduler("${name}"): ${key} is ${String(value)}; it counts steps: 0, 1, 2, …`);
}
