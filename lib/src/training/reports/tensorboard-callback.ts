import { hostname } from "../../platform/machine";
import path from "../../platform/path";
import type { CallbackContext, Logs, TrainerCallback } from "../callbacks";
import type { TrainingArguments } from "../training-arguments";
import { EventFile } from "./event-file";

/**
 * Writes what is logged for TensorBoard: `tensorboard --logdir OUTPUT_DIR`.
 *
 * @see transformers.TensorBoardCallback
 *
 * @example
 * const args = new TrainingArguments({ outputDir: "out", reportTo: "tensorboard" }); // or callbacks: [new TensorBoardCallback()]
 */
export class TensorBoardCallback implements TrainerCallback {
  private file: EventFile | undefined;

  onTrainBegin({ args, model }: CallbackContext): void {
    this.file = new EventFile(loggingDirectory(args));
    this.file.text("args", asMarkdown(args));
    this.file.text("model_config", asMarkdown(model.config.toJson()));
  }

  onLog({ state, throughput }: CallbackContext, logs: Logs): void {
    const tagged = Object.entries(logs).map(([name, value]) => [tagOf(name), value] as const);
    const speed = throughput && {
      "train/tokens_per_second": throughput.tokensPerSecond,
      "train/padding_saved": throughput.paddingSaved,
      "train/memory_gb": throughput.memory / 2 ** 30,
    };
    this.file?.scalars(state.globalStep, { ...Object.fromEntries(tagged), ...speed });
  }

  onTrainEnd(): void {
    this.file = undefined;
  }
}

/** `eval_loss` is `eval/loss`, `loss` is `train/loss`. @see transformers.integrations.rewrite_logs */
function tagOf(name: string): string {
  const [, prefix, rest] = /^(eval|test)_(.+)$/.exec(name) ?? [];
  return prefix ? `${prefix}/${rest}` : `train/${name}`;
}

/** Where a run's reports go: `loggingDir`, or a folder of its own below the output folder, named by time and machine. */
export function loggingDirectory({ loggingDir, outputDir }: TrainingArguments): string {
  if (loggingDir !== null) return loggingDir;
  const now = new Date();
  const month = now.toLocaleString("en", { month: "short" });
  const two = (value: number) => String(value).padStart(2, "0");
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join("-");
  return path.join(outputDir, "runs", `${month}${two(now.getDate())}_${time}_${hostname()}`);
}

/** Indented code, which TensorBoard shows as it is. */
const asMarkdown = (value: object) => JSON.stringify(value, null, 2).replace(/^/gm, "    ");
