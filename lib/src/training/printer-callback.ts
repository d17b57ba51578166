import type { CallbackContext, Logs, TrainerCallback } from "./callbacks";
import type { Throughput } from "./step/throughput";

/**
 * A line for each log entry, and nothing else.
 *
 * @see transformers.PrinterCallback
 *
 * @example
 * const quiet = new Trainer({ model, args, trainDataset, callbacks: [new PrinterCallback()] });
 */
export class PrinterCallback implements TrainerCallback {
  onLog({ throughput }: CallbackContext, logs: Logs): void {
    console.log(describeLogs(logs, throughput));
  }
}

/** "loss 0.6931  learning_rate 0.00005  3,412 tokens/s  38 % padding saved  0.4 GB" */
export function describeLogs(logs: Logs, throughput?: Throughput): string {
  const figures = Object.entries(logs).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  if (!throughput) return figures.join("  ");
  const { tokensPerSecond, paddingSaved, memory } = throughput;
  const speed = `${Math.round(tokensPerSecond).toLocaleString("en-US")} tokens/s`;
  const padding = `${Math.round(100 * paddingSaved)} % padding saved`;
  return [...figures, speed, padding, `${(memory / 2 ** 30).toFixed(1)} GB`].join("  ");
}
