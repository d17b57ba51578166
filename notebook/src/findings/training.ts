import type { LogEntry, TrainerState } from "finetune-ts";
import { percent } from "../numbers";
import { figure, type Prose, prose } from "./prose";

interface Evaluation {
  epoch: string;
  step: number;
  loss: number;
  accuracy: number | undefined;
}

/**
 * What the log of a run says: where the losses went, which epoch was the best and whether it was put back, and whether the model has
 * begun to learn its sentences by heart.
 *
 * @param state `trainer.state` after training
 * @example
 * display(trainingFindings(trainer.state));
 */
export function trainingFindings(state: Pick<TrainerState, "logHistory" | "bestGlobalStep">): Prose {
  const losses = state.logHistory.flatMap(({ loss }) => (loss === undefined ? [] : [loss]));
  const evaluations = state.logHistory.filter((entry) => entry.eval_loss !== undefined).map(evaluation);
  return prose([
    ...trainingLoss(losses),
    ...(evaluations.length === 0
      ? ["Nothing was evaluated, so nothing can be said about new sentences."]
      : [...bestEpoch(evaluations, state.bestGlobalStep), ...overfitting(evaluations, losses)]),
  ]);
}

function evaluation(entry: LogEntry): Evaluation {
  return {
    // A run that was cut short ends at an odd fraction of an epoch.
    epoch: String(Number(entry.epoch.toPrecision(3))),
    step: entry.step,
    loss: entry.eval_loss!,
    accuracy: entry.eval_accuracy,
  };
}

function trainingLoss(losses: readonly number[]): string[] {
  const [first] = losses;
  const last = losses.at(-1);
  if (first === undefined || last === undefined) return ["The training loss was never logged."];
  if (losses.length === 1) return [`The training loss was ${figure(first)} on average.`];
  const went = last < first ? "fell" : "rose";
  return [`The training loss ${went} from ${figure(first)} to ${figure(last)}.`];
}

function bestEpoch(evaluations: readonly Evaluation[], bestStep: number | null): string[] {
  const last = evaluations.at(-1)!;
  const best = evaluations.find(({ step }) => step === bestStep);
  if (!best) return [`The last evaluation was after epoch ${last.epoch}; no epoch was chosen as the best.`];
  const score = best.accuracy === undefined ? "" : `, with ${percent(best.accuracy)} right on validation`;
  if (best === last)
    return [`The best epoch was the last (${best.epoch})${score}: nothing had to be put back.`];
  const lastScore = last.accuracy === undefined ? "" : ` (the last had ${percent(last.accuracy)})`;
  return [`The best epoch was ${best.epoch}${score}${lastScore}: its checkpoint has been put back.`];
}

function overfitting(evaluations: readonly Evaluation[], losses: readonly number[]): string[] {
  const [first, ...later] = evaluations as [Evaluation, ...Evaluation[]];
  if (later.length === 0)
    return ["One evaluation tells no direction: whether it overfits cannot be seen yet."];
  const last = later.at(-1)!;
  const lowest = later.reduce((best, each) => (each.loss < best.loss ? each : best), first);
  if (lowest === last) return ["The validation loss was lowest at the end: no sign of overfitting yet."];
  const falling = losses.length > 1 && losses.at(-1)! < losses[0]!;
  const rise = `The validation loss was lowest after epoch ${lowest.epoch} (${figure(lowest.loss)}) and ended at ${figure(last.loss)}`;
  const sentences = [
    falling
      ? `${rise}, while the training loss went down: the model has begun to learn its sentences by heart (overfitting).`
      : `${rise}, and the training loss did not go down either: look at the learning rate.`,
  ];
  if (
    falling &&
    lowest.accuracy !== undefined &&
    last.accuracy !== undefined &&
    last.accuracy > lowest.accuracy
  ) {
    sentences.push(
      `That accuracy rose all the same, from ${percent(lowest.accuracy)} to ${percent(last.accuracy)}, is no contradiction: it is ` +
        "right more often, and too sure of itself where it is wrong, which costs loss and no accuracy.",
    );
  }
  return sentences;
}
