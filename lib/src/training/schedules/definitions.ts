import { ConfigError } from "../../errors";

/** How a warm-up rises, or a decay falls: in a straight line, along a cosine, or as 1 - sqrt. */
export type Slope = "linear" | "cosine" | "1-sqrt";

/** Where a schedule rises and falls, and the figures that only some schedules have. */
export interface SchedulerOptions {
  /** Optimizer steps over which the factor rises linearly from 0 to 1. `constant` has no warm-up and ignores it. */
  numWarmupSteps: number;
  /** Optimizer steps of the whole run, warm-up included. */
  numTrainingSteps: number;
  /** The peak learning rate, which the factor multiplies. Those that come down to a rate need it: `lrEnd`, `minLr`. */
  learningRate?: number;
  /** Waves of the cosines (default 0.5: one fall to 0) or falls of `cosine_with_restarts` (default 1). */
  numCycles?: number;
  /** Last learning rate of `polynomial`, below `learningRate`. Default 1e-7. */
  lrEnd?: number;
  /** Exponent of `polynomial`. Default 1. */
  power?: number;
  /** Time scale of `inverse_sqrt`, in steps. Default: the warm-up steps, or 10,000 if there are none. */
  timescale?: number;
  /** Last learning rate of the cosines `…_with_min_lr`; or give `minLrRate`. */
  minLr?: number;
  /** The same as a share of the peak. */
  minLrRate?: number;
  /** Where the warm-up of `cosine_warmup_with_min_lr` begins, as a share of the peak. Default: at its first step's share. */
  warmupLrRate?: number;
  /** Steps over which `warmup_stable_decay` falls at its end. */
  numDecaySteps?: number;
  /** Steps between its warm-up and its fall. Default: what is left. */
  numStableSteps?: number;
  /** Its rise. Default "linear". */
  warmupType?: Slope;
  /** Its fall. Default "cosine". */
  decayType?: Slope;
  /** Where its rise begins and its fall ends, as a share of the peak. Default 0. */
  minLrRatio?: number;
}

/** Multiplier of the peak learning rate for the optimizer step that comes after `step` finished ones (0 at first). */
export type Schedule = (step: number) => number;

interface ScheduleDefinition {
  /** Which options it takes beside the steps and the learning rate. */
  takes: readonly (keyof SchedulerOptions)[];
  /** The factor once the warm-up is over; the formulas are those of transformers.optimization. */
  afterWarmup: (options: SchedulerOptions) => Schedule;
  /** The factor until then; false: there is no warm-up. Default: a straight line from 0. */
  warmup?: false | ((options: SchedulerOptions) => Schedule);
}

export const SCHEDULES = {
  linear: {
    takes: [],
    afterWarmup: ({ numWarmupSteps, numTrainingSteps }) => {
      const length = Math.max(1, numTrainingSteps - numWarmupSteps);
      return (step) => Math.max(0, (numTrainingSteps - step) / length);
    },
  },
  cosine: {
    takes: ["numCycles"],
    afterWarmup: (options) => (step) => Math.max(0, cosine(progress(step, options), options)),
  },
  cosine_with_restarts: {
    takes: ["numCycles"],
    afterWarmup: (options) => (step) => {
      const { numCycles = 1 } = options;
      const done = progress(step, options);
      return done >= 1 ? 0 : Math.max(0, 0.5 * (1 + Math.cos(Math.PI * ((numCycles * done) % 1))));
    },
  },
  cosine_with_min_lr: {
    takes: ["numCycles", "minLr", "minLrRate"],
    afterWarmup: (options) => {
      const lowest = lowestOf("cosine_with_min_lr", options);
      return (step) => Math.max(0, above(lowest, cosine(progress(step, options), options)));
    },
  },
  cosine_warmup_with_min_lr: {
    takes: ["numCycles", "minLr", "minLrRate", "warmupLrRate"],
    warmup:
      ({ numWarmupSteps, warmupLrRate }) =>
      (step) =>
        warmupLrRate === undefined
          ? (step + 1) / numWarmupSteps
          : above(warmupLrRate, step / Math.max(1, numWarmupSteps - 1)),
    afterWarmup: (options) => {
      const lowest = lowestOf("cosine_warmup_with_min_lr", options);
      // One step ahead of the others, as its warm-up is.
      return (step) => Math.max(0, above(lowest, cosine(progress(step + 1, options), options)));
    },
  },
  warmup_stable_decay: {
    takes: ["numDecaySteps", "numStableSteps", "warmupType", "decayType", "minLrRatio", "numCycles"],
    warmup:
      ({ numWarmupSteps, warmupType = "linear", minLrRatio = 0 }) =>
      (step) =>
        above(minLrRatio, RISES[warmupType](step / numWarmupSteps)),
    afterWarmup: (options) => {
      const {
        numWarmupSteps,
        numTrainingSteps,
        numDecaySteps,
        decayType = "cosine",
        minLrRatio = 0,
      } = options;
      if (numDecaySteps === undefined) {
        throw new ConfigError(
          'getScheduler("warmup_stable_decay"): it needs numDecaySteps, the steps of its fall.',
        );
      }
      const stable = options.numStableSteps ?? numTrainingSteps - numWarmupSteps - numDecaySteps;
      const fallsFrom = numWarmupSteps + stable;
      return (step) => {
        if (step < fallsFrom) return 1;
        if (step >= fallsFrom + numDecaySteps) return minLrRatio;
        const done = (step - fallsFrom) / numDecaySteps;
        const factor =
          decayType === "cosine"
            ? cosine(done, options)
            : 1 - (decayType === "linear" ? done : Math.sqrt(done));
        return Math.max(0, above(minLrRatio, factor));
      };
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

/** The schedules that follow from the step alone. */
export type ScheduleName = keyof typeof SCHEDULES;

export const definitionOf = (name: ScheduleName): ScheduleDefinition => SCHEDULES[name];

const RISES: Record<Slope, (share: number) => number> = {
  linear: (share) => share,
  cosine: (share) => 0.5 * (1 - Math.cos(Math.PI * share)),
  "1-sqrt": (share) => 1 - Math.sqrt(1 - share),
};

/** How far the way from the end of the warm-up to the end of training is gone: 0 … 1, and beyond 1 after the end. */
function progress(step: number, { numWarmupSteps, numTrainingSteps }: SchedulerOptions): number {
  return (step - numWarmupSteps) / Math.max(1, numTrainingSteps - numWarmupSteps);
}

/** A wave, or half of one, from 1. */
function cosine(done: number, { numCycles = 0.5 }: SchedulerOptions): number {
  return 0.5 * (1 + Math.cos(Math.PI * numCycles * 2 * done));
}

/** A factor between 0 and 1, brought between `lowest` and 1. */
const above = (lowest: number, factor: number) => factor * (1 - lowest) + lowest;

/** What a schedule comes down to, as a share of the peak. */
function lowestOf(name: string, { minLr, minLrRate, learningRate }: SchedulerOptions): number {
  if ((minLr === undefined) === (minLrRate === undefined)) {
    throw new ConfigError(
      `getScheduler("${name}"): it needs either minLr or minLrRate, not ${minLr === undefined ? "neither" : "both"}.`,
    );
  }
  if (minLrRate !== undefined) return minLrRate;
  if (learningRate === undefined || !(learningRate > 0)) {
    throw new ConfigError(
      `getScheduler("${name}"): with minLr it needs the learningRate; or give minLrRate.`,
    );
  }
  return minLr! / learningRate;
}
