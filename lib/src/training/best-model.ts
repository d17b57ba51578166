import { ConfigError } from "../errors";
import type { Logs } from "./callbacks";
import { checkpointDirectory } from "./run-checkpoint";
import type { TrainerState } from "./state";
import type { TrainingArguments } from "./training-arguments";

/**
 * Notes in the state whether an evaluation is the best so far.
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
): void {
  if (args.metricForBestModel === null) return;
  const name = args.metricForBestModel.replace(/^(eval_)?/, "eval_");
  const value = metrics[name];
  if (value === undefined) {
    const names = Object.keys(metrics).join(", ");
    throw new ConfigError(
      `Trainer: metricForBestModel is '${args.metricForBestModel}', but there is only ${names}.`,
    );
  }
  const isBetter =
    state.bestMetric === null || (args.greaterIsBetter ? value > state.bestMetric : value < state.bestMetric);
  if (!isBetter) return;
  state.bestMetric = value;
  state.bestGlobalStep = state.globalStep;
  if (isSaved) state.bestModelCheckpoint = checkpointDirectory(args, state);
}
