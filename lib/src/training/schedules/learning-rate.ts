import type { TrainingArguments } from "../training-arguments";
import { SCHEDULES, type Schedule, type ScheduleName, type SchedulerOptions } from "./definitions";
import { getScheduler } from "./get-scheduler";
import { ReduceLrOnPlateau, type PlateauOptions, type PlateauState } from "./reduce-lr-on-plateau";

/** What `lrSchedulerType` may be. @see transformers.SchedulerType */
export type SchedulerType = ScheduleName | "reduce_lr_on_plateau";

/** Figures that only some schedules have. */
export type SchedulerArguments = Omit<
  SchedulerOptions,
  "numWarmupSteps" | "numTrainingSteps" | "learningRate"
> &
  PlateauOptions;

export const SCHEDULER_TYPES: readonly string[] = [...Object.keys(SCHEDULES), "reduce_lr_on_plateau"];

/** What a run's learning rates are of their peaks, step by step: after a schedule, or after its evaluations. */
export class LearningRate {
  private readonly schedule: Schedule;
  private readonly plateau: ReduceLrOnPlateau | undefined;

  /** @param given  a schedule of the caller's, in place of the arguments' */
  constructor(args: TrainingArguments, maxSteps: number, given?: Schedule | null) {
    const { lrSchedulerType, lrSchedulerKwargs, learningRate, greaterIsBetter } = args;
    if (given) this.schedule = given;
    else if (lrSchedulerType === "reduce_lr_on_plateau") {
      const mode = greaterIsBetter ? "max" : "min";
      const plateau = new ReduceLrOnPlateau(learningRate, { mode, ...lrSchedulerKwargs });
      this.schedule = () => plateau.factor;
      this.plateau = plateau;
    } else {
      this.schedule = getScheduler(lrSchedulerType, {
        numWarmupSteps: args.warmupStepsOf(maxSteps),
        numTrainingSteps: maxSteps,
        learningRate,
        ...lrSchedulerKwargs,
      });
    }
  }

  /** For the step that comes after `step` finished ones. */
  factorAt(step: number): number {
    return this.schedule(step);
  }

  /** Tells it what an evaluation has come to: the figure that `metricForBestModel` names. */
  observe(metric: number | undefined): void {
    if (metric !== undefined) this.plateau?.observe(metric);
  }

  export(): PlateauState | undefined {
    return this.plateau?.export();
  }

  restore(state: PlateauState | undefined): void {
    if (state) this.plateau?.restore(state);
  }
}

/** @throws ConfigError for a figure that the schedule does not have, or that cannot work */
export function checkSchedulerArguments(type: SchedulerType, figures: SchedulerArguments): void {
  if (type === "reduce_lr_on_plateau") new ReduceLrOnPlateau(1, figures);
  else getScheduler(type, { numWarmupSteps: 0, numTrainingSteps: 1, learningRate: 1, ...figures });
}
