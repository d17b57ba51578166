import { startProgress, type ProgressBar } from "../progress";
import { describeLogs } from "./printer-callback";
import type { CallbackContext, Logs, TrainerCallback } from "./callbacks";

/**
 * A progress bar over the optimizer steps and a line for each log entry: what a run shows outside of a notebook.
 *
 * @example
 * addDefaultCallback(() => new ProgressCallback());
 */
export class ProgressCallback implements TrainerCallback {
  private bar: ProgressBar | undefined;

  onTrainBegin({ args, state }: CallbackContext): void {
    if (args.disableTqdm) return;
    this.bar = startProgress({ label: "Training", total: state.maxSteps, unit: "steps" });
  }

  onStepEnd({ state }: CallbackContext): void {
    this.bar?.update(state.globalStep);
  }

  onLog({ throughput }: CallbackContext, logs: Logs): void {
    console.log(describeLogs(logs, throughput));
  }

  onTrainEnd(): void {
    this.bar?.finish();
    this.bar = undefined;
  }
}
