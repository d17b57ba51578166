import { ConfigError } from "../../errors";
import { refuseUnknownOptions } from "../../known-options";

export interface PlateauOptions {
  /** Whether the metric is to become small or large. Default: as `greaterIsBetter` says. */
  mode?: "min" | "max";
  /** What the learning rate is multiplied by. Default 0.1. */
  factor?: number;
  /** Evaluations in a row that may be no better, before it is. Default 10. */
  patience?: number;
  /** How much better than the best counts. Default 1e-4. */
  threshold?: number;
  /** Whether that is a share of the best or a difference. Default "rel". */
  thresholdMode?: "rel" | "abs";
  /** Evaluations after a reduction that are not counted. Default 0. */
  cooldown?: number;
  /** The learning rate does not fall below it. Default 0. */
  minLr?: number;
  /** Smaller changes of the learning rate are not made. Default 1e-8. */
  eps?: number;
}

export const PLATEAU_OPTIONS: readonly (keyof PlateauOptions)[] = [
  ...(["mode", "factor", "patience", "threshold", "thresholdMode", "cooldown", "minLr", "eps"] as const),
];

/** What a checkpoint keeps of it. */
export interface PlateauState {
  best: number | null;
  badEvaluations: number;
  cooldownLeft: number;
  learningRate: number;
}

/** Reduces the learning rate when a metric has stopped improving. @see torch.optim.lr_scheduler.ReduceLROnPlateau */
export class ReduceLrOnPlateau {
  private readonly settings: Required<PlateauOptions>;
  private state: PlateauState;

  /**
   * @param peak  the learning rate at first
   * @throws ConfigError for an option that does not exist, or a factor that reduces nothing
   */
  constructor(
    private readonly peak: number,
    options: PlateauOptions,
  ) {
    refuseUnknownOptions("lrSchedulerKwargs of 'reduce_lr_on_plateau'", options, PLATEAU_OPTIONS);
    this.settings = {
      ...{ mode: "min", factor: 0.1, patience: 10, threshold: 1e-4, thresholdMode: "rel" },
      ...{ cooldown: 0, minLr: 0, eps: 1e-8 },
      ...options,
    };
    const { factor } = this.settings;
    if (!(factor >= 0 && factor < 1)) {
      throw new ConfigError(
        `reduce_lr_on_plateau: factor is ${factor}; it has to be at least 0 and below 1.`,
      );
    }
    this.state = { best: null, badEvaluations: 0, cooldownLeft: 0, learningRate: peak };
  }

  /** What the learning rate is now of its peak. */
  get factor(): number {
    return this.peak === 0 ? 1 : this.state.learningRate / this.peak;
  }

  /** Tells it of an evaluation. */
  observe(metric: number): void {
    const { state } = this;
    const { patience, cooldown, factor, minLr, eps } = this.settings;
    if (this.isBetter(metric)) {
      state.best = metric;
      state.badEvaluations = 0;
    } else state.badEvaluations++;
    if (state.cooldownLeft > 0) {
      state.cooldownLeft--;
      state.badEvaluations = 0;
    }
    if (state.badEvaluations <= patience) return;
    const reduced = Math.max(state.learningRate * factor, minLr);
    if (state.learningRate - reduced > eps) state.learningRate = reduced;
    state.cooldownLeft = cooldown;
    state.badEvaluations = 0;
  }

  export(): PlateauState {
    return { ...this.state };
  }

  restore(state: PlateauState): void {
    this.state = { ...state };
  }

  private isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.settings;
    const { best } = this.state;
    if (Number.isNaN(metric)) return false;
    if (best === null) return true;
    const sign = mode === "min" ? -1 : 1;
    const margin = thresholdMode === "rel" ? best * (1 + sign * threshold) : best + sign * threshold;
    return mode === "min" ? metric < margin : metric > margin;
  }
}
