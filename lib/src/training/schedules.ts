import { ConfigError } from "../errors";

/** Where a schedule rises and falls, and the figures that only some schedules have (see {@link getScheduler}). */
export interface SchedulerOptions {
  /** Optimizer steps over which the factor rises linearly from 0 to 1. `constant` has no warm-up and ignores it. */
  numWarmupSteps: number;
  /** Optimizer steps of the whole run, warm-up included. */
  numTrainingSteps: number;
  /** The peak learning rate, which the factor multiplies. Only `polynomial` needs it, to come down to `lrEnd`. */
  learningRate?: number;
  /** Waves of `cosine` (default 0.5: one fall to 0) or falls of `cosine_with_restarts` (default 1). */
  numCycles?: number;
  /** Last learning rate of `polynomial`, below `learningRate`. Default 1e-7. */
  lrEnd?: number;
  /** Exponent of `polynomial`. Default 1. */
  power?: number;
  /** Time scale of `inverse_sqrt`, in steps. Default: the warm-up steps, or 10,000 if there are none. */
  timescale?: number;
}

/** Multiplier of the peak learning rate for the optimizer step that comes after `step` finished ones (0 at first). */
export type Schedule = (step: number) => number;

interface ScheduleDefinition {
  /** Which options it takes beside the steps and the learning rate. */
  takes: readonly (keyof SchedulerOptions)[];
  /** The factor once the warm-up is over; the formulas are those of transformers.optimization. */
  afterWarmup: (options: SchedulerOptions) => Schedule;
  warmup?: false;
}

const SCHEDULES = {
  linear: {
    takes: [],
    afterWarmup: ({ numWarmupSteps, numTrainingSteps }) => {
      const length = Math.max(1, numTrainingSteps - numWarmupSteps);
      return (step) => Math.max(0, (numTrainingSteps - step) / length);
    },
  },
  cosine: {
    takes: ["numCycles"],
    afterWarmup: (options) => (step) => {
      const { numCycles = 0.5 } = options;
      return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * numCycles * 2 * progress(step, options))));
    },
  },
  cosine_with_restarts: {
    takes: ["numCycles"],
    afterWarmup: (options) => (step) => {
      const { numCycles = 1 } = options;
      const done = progress(step, options);
      return done >= 1 ? 0 : Math.max(0, 0.5 * (1 + Math.cos(Math.PI * ((numCycles * done) % 1))));
    },
  },
  polynomial: {
    takes: ["lrEnd", "power"],
    afterWarmup: (options) => {
      const { learningRate, lrEnd = 1e-7, power = 1 } = options;
      if (learningRate === undefined || !(learningRate > lrEnd)) {
        throw new ConfigError(
          `getScheduler("polynomial"): lrEnd (${lrEnd}) must be smaller than learningRate (${learningRate ?? "not given"}).`,
        );
      }
      return (step) => {
        const remaining = step >= options.numTrainingSteps ? 0 : 1 - progress(step, options);
        return ((learningRate - lrEnd) * remaining ** power + lrEnd) / learningRate;
      };
    },
  },
  constant: { takes: [], warmup: false, afterWarmup: () => () => 1 },
  constant_with_warmup: { takes: [], afterWarmup: () => () => 1 },
  inverse_sqrt: {
    takes: ["timescale"],
    afterWarmup: ({ numWarmupSteps, timescale = numWarmupSteps || 10_000 }) => {
      return (step) => 1 / Math.sqrt((step - numWarmupSteps + timescale) / timescale);
    },
  },
} satisfies Record<string, ScheduleDefinition>;

/** Names of the learning-rate schedules, as `lrSchedulerType` takes them. @see transformers.SchedulerType */
export type SchedulerType = keyof typeof SCHEDULES;

/** Options that every schedule may be given. */
const COMMON = ["numWarmupSteps", "numTrainingSteps", "learningRate"];

/**
 * A learning-rate schedule: the factor on the peak learning rate, step by step. After the warm-up,
 *
 * - `linear` falls to 0 in a straight line,
 * - `cosine` falls along half a cosine (`numCycles`: waves),
 * - `cosine_with_restarts` falls to 0 `numCycles` times,
 * - `polynomial` falls to `lrEnd / learningRate` as (1 - progress) ^ `power`,
 * - `constant_with_warmup` stays at 1, as `constant` does from the first step,
 * - `inverse_sqrt` falls as 1 / sqrt(steps / `timescale`), without an end.
 *
 * @throws ConfigError on an unknown name (listing the known), a step count that is none, or an option of another schedule
 * @see transformers.optimization (v5.18), transformers.get_scheduler
 */
export function getScheduler(name: SchedulerType, options: SchedulerOptions): Schedule {
  if (!Object.hasOwn(SCHEDULES, name)) {
    throw new ConfigError(
      `getScheduler: unknown schedule ${JSON.stringify(name)}; known are ${Object.keys(SCHEDULES).join(", ")}.`,
    );
  }
  const definition: ScheduleDefinition = SCHEDULES[name];
  check(name, definition, options);
  const afterWarmup = definition.afterWarmup(options);
  if (definition.warmup === false) return afterWarmup;
  const { numWarmupSteps } = options;
  return (step) => (step < numWarmupSteps ? step / numWarmupSteps : afterWarmup(step));
}

/** How far the way from the end of the warm-up to the end of training is gone: 0 … 1, and beyond 1 after the end. */
function progress(step: number, { numWarmupSteps, numTrainingSteps }: SchedulerOptions): number {
  return (step - numWarmupSteps) / Math.max(1, numTrainingSteps - numWarmupSteps);
}

function check(name: string, { takes }: ScheduleDefinition, options: SchedulerOptions): void {
  const { numWarmupSteps, numTrainingSteps, ...figures } = options;
  for (const [key, steps] of Object.entries({ numWarmupSteps, numTrainingSteps })) {
    if (!Number.isInteger(steps) || steps < 0) {
      throw new ConfigError(`getScheduler("${name}"): ${key} is ${steps}; it counts steps: 0, 1, 2, …`);
    }
  }
  for (const [key, value] of Object.entries(figures) as [keyof SchedulerOptions, number | undefined][]) {
    if (value === undefined) continue;
    const allowed = [...COMMON, ...takes];
    if (!allowed.includes(key)) {
      throw new ConfigError(
        `getScheduler("${name}"): it has no option \`${key}\`; it takes ${allowed.join(", ")}.`,
      );
    }
    if (!Number.isFinite(value) || (key === "timescale" && value <= 0)) {
      throw new ConfigError(
        `getScheduler("${name}"): ${key} is ${value}; it must be a ${key === "timescale" ? "positive " : ""}number.`,
      );
    }
  }
}
