import { existsSync } from "../platform/files";
import path from "../platform/path";
import { ConfigError } from "../errors";
import type { Logs } from "./callbacks";
import { checkpointDirectory } from "./run/save";
import type { TrainerState } from "./state";
import type { TrainingArguments } from "./training-arguments";
import { warn } from "../notices";

/**
 * Notes in the state whether an evaluation is the best so far, and returns it.
 *
 * @param isSaved  whether a checkpoint of this model is written next
 * @see transformers.Trainer._determine_best_metric
 */
export function rememberBest(
  state: TrainerState,
  args: TrainingArguments,
  metrics: Logs,
  isSaved: boolean,
): boolean {
  const value = decidingMetric(args, metrics);
  // No comparison holds of NaN, nor should one.
  if (value === undefined || Number.isNaN(value)) return false;
  const isBetter =
    state.bestMetric === null || (args.greaterIsBetter ? value > state.bestMetric : value < state.bestMetric);
  if (!isBetter) return false;
  state.bestMetric = value;
  state.bestGlobalStep = state.globalStep;
  if (isSaved || args.saveStrategy === "best") state.bestModelCheckpoint = checkpointDirectory(args, state);
  return true;
}

/** The figure that `metricForBestModel` names. @throws ConfigError if it is not among those computed */
export function decidingMetric({ metricForBestModel }: TrainingArguments, metrics: Logs): number | undefined {
  if (metricForBestModel === null) return undefined;
  const value = metrics[metricForBestModel.replace(/^(eval_)?/, "eval_")];
  if (value !== undefined) return value;
  const names = Object.keys(metrics).join(", ");
  throw new ConfigError(
    `Trainer: metricForBestModel is '${metricForBestModel}', but there is only ${names}.`,
  );
}

/** The best checkpoint: where it was written, or under its name in the output folder, which may have been moved. */
export function locateBest(
  { bestModelCheckpoint: best }: TrainerState,
  { outputDir }: TrainingArguments,
): string | undefined {
  if (best === null) return undefined;
  const found = [best, path.join(outputDir, path.basename(best))].find((folder) => existsSync(folder));
  if (found === undefined) {
    warn(`loadBestModelAtEnd: the best checkpoint, ${best}, is not there any more; the last weights stay.`);
  }
  return found;
}
