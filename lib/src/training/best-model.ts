import { existsSync } from "node:fs";
import path from "node:path";
import { ConfigError } from "../errors";
import type { Logs } from "./callbacks";
import { checkpointDirectory } from "./run/save";
import type { TrainerState } from "./state";
import type { TrainingArguments } from "./training-arguments";

/**
 * Notes in the state whether an evaluation is the best so far, and returns it.
 *
 * @param isSaved  whether a checkpoint of this model is written next
 * @throws ConfigError if the metric to go by is not among those computed
 * @see transformers.Trainer._determine_best_metric
 */
export function rememberBest(
  state: TrainerState,
  args: TrainingArguments,
  metrics: Logs,
  isSaved: boolean,
): boolean {
  if (args.metricForBestModel === null) return false;
  const name = args.metricForBestModel.replace(/^(eval_)?/, "eval_");
  const value = metrics[name];
  if (value === undefined) {
    const names = Object.keys(metrics).join(", ");
    throw new ConfigError(
      `Trainer: metricForBestModel is '${args.metricForBestModel}', but there is only ${names}.`,
    );
  }
  // No comparison holds of NaN, nor should one.
  if (Number.isNaN(value)) return false;
  const isBetter =
    state.bestMetric === null || (args.greaterIsBetter ? value > state.bestMetric : value < state.bestMetric);
  if (!isBetter) return false;
  state.bestMetric = value;
  state.bestGlobalStep = state.globalStep;
  if (isSaved || args.saveStrategy === "best") state.bestModelCheckpoint = checkpointDirectory(args, state);
  return true;
}

/** The best checkpoint: where it was written, or under its name in the output folder, which may have been moved. */
export function locateBest(
  { bestModelCheckpoint: best }: TrainerState,
  { outputDir }: TrainingArguments,
): string | undefined {
  if (best === null) return undefined;
  const found = [best, path.join(outputDir, path.basename(best))].find((folder) => existsSync(folder));
  if (found === undefined) {
    console.warn(
      `loadBestModelAtEnd: the best checkpoint, ${best}, is not there any more; the last weights stay.`,
    );
  }
  return found;
}
