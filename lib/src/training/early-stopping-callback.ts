import { ConfigError } from "../errors";
import { refuseUnknownOptions } from "../known-options";
import type { CallbackContext, CallbackState, Logs, TrainerCallback } from "./callbacks";
import { warn } from "../notices";

/** @see EarlyStoppingCallback */
export interface EarlyStoppingOptions {
  /** So many evaluations in a row without a better metric end the run. Default 1. */
  earlyStoppingPatience?: number;
  /** By how much better is better. Default 0. */
  earlyStoppingThreshold?: number;
}

/**
 * Ends a run whose metric gets no better. It needs `metricForBestModel` and evaluations.
 *
 * @example
 * const patience = new EarlyStoppingCallback({ earlyStoppingPatience: 2 });
 * const trainer = new Trainer({ model, args, trainDataset, evalDataset, callbacks: [patience] });
 *
 * @see transformers.EarlyStoppingCallback
 */
export class EarlyStoppingCallback implements TrainerCallback {
  private patience: number;
  private threshold: number;
  /** Evaluations in a row that were no better. */
  private counter = 0;

  constructor(options: EarlyStoppingOptions = {}) {
    refuseUnknownOptions("EarlyStoppingCallback", options, [
      "earlyStoppingPatience",
      "earlyStoppingThreshold",
    ]);
    const { earlyStoppingPatience = 1, earlyStoppingThreshold = 0 } = options;
    if (!Number.isInteger(earlyStoppingPatience) || earlyStoppingPatience < 1) {
      throw new ConfigError(
        `EarlyStoppingCallback: earlyStoppingPatience is ${earlyStoppingPatience}, not a positive integer.`,
      );
    }
    if (!(earlyStoppingThreshold >= 0)) {
      throw new ConfigError(
        `EarlyStoppingCallback: earlyStoppingThreshold is ${earlyStoppingThreshold}, not a number of at least 0.`,
      );
    }
    this.patience = earlyStoppingPatience;
    this.threshold = earlyStoppingThreshold;
  }

  onTrainBegin({ args }: CallbackContext): void {
    if (args.metricForBestModel === null || args.evalStrategy === "no") {
      throw new ConfigError("EarlyStoppingCallback: it needs metricForBestModel and an evalStrategy.");
    }
    if (!args.loadBestModelAtEnd) {
      warn("EarlyStoppingCallback without loadBestModelAtEnd: the last model stays, not the best.");
    }
  }

  onEvaluate({ args, state, control }: CallbackContext, metrics: Logs): void {
    // Before the first step there is nothing that could have got worse.
    if (state.globalStep === 0) return;
    const name = args.metricForBestModel!.replace(/^(eval_)?/, "eval_");
    const value = metrics[name];
    if (value === undefined) {
      warn(`EarlyStoppingCallback: there is no ${name} among the metrics; nothing is stopped.`);
      return;
    }
    const { bestMetric } = state;
    const gain =
      bestMetric === null ? Infinity : args.greaterIsBetter ? value - bestMetric : bestMetric - value;
    this.counter = gain > this.threshold ? 0 : this.counter + 1;
    if (this.counter >= this.patience) control.shouldTrainingStop = true;
  }

  exportState(): CallbackState {
    return {
      args: { early_stopping_patience: this.patience, early_stopping_threshold: this.threshold },
      attributes: { early_stopping_patience_counter: this.counter },
    };
  }

  restoreState({ args, attributes }: CallbackState, withArgs: boolean): void {
    this.counter = Number(attributes.early_stopping_patience_counter ?? 0);
    if (!withArgs) return;
    this.patience = Number(args.early_stopping_patience ?? this.patience);
    this.threshold = Number(args.early_stopping_threshold ?? this.threshold);
  }
}
