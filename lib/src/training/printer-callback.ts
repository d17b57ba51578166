import type { CallbackContext, Logs, TrainerCallback } from "./callbacks";

/** A line for each log entry, and nothing else. @see transformers.PrinterCallback */
export class PrinterCallback implements TrainerCallback {
  onLog(_: CallbackContext, logs: Logs): void {
    console.log(describeLogs(logs));
  }
}

/** "loss 0.6931  learning_rate 0.00005" */
export function describeLogs(logs: Logs): string {
  return Object.entries(logs)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    .join("  ");
}
