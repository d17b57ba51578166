import { FinetuneError } from "../../errors";
import type { TrainStepResult } from "./train-step";
import type { NanPolicy } from "../training-arguments";
import { warn } from "../../notices";

/**
 * Training came to a loss or gradient norm that is NaN or infinite; the weights are those before that step.
 *
 * @example
 * try {
 *   await trainer.train();
 * } catch (error) {
 *   if (error instanceof TrainingDiverged) console.log(error.message); // step, learning rate, rows
 * }
 */
export class TrainingDiverged extends FinetuneError {}

/** Where a run is. */
interface Place {
  /** The step that is under way, from 1. */
  step: number;
  learningRate: number;
  /** The dataset's rows in the step's batch. */
  rows: Int32Array[];
}

const MOST_ROWS = 16;

/**
 * What becomes of a step whose figures are not finite, as `nanPolicy` says.
 *
 * @throws TrainingDiverged that names the step, its learning rate and the dataset's rows
 */
export function answerNonFinite(
  policy: NanPolicy,
  { loss, gradNorm }: TrainStepResult,
  { step, learningRate, rows }: Place,
): "update" | "skip" {
  const what = Number.isFinite(loss) ? `the gradient norm is ${gradNorm}` : `the loss is ${loss}`;
  const all = rows.flatMap((batch) => Array.from(batch));
  const named =
    all.slice(0, MOST_ROWS).join(", ") + (all.length > MOST_ROWS ? `, … (${all.length} in all)` : "");
  const rate = Number(learningRate.toPrecision(6));
  const message = `Step ${step}: ${what}, at a learning rate of ${rate}, on rows ${named} of the dataset.`;
  if (policy === "stop") {
    throw new TrainingDiverged(
      `${message} Training stops before this update; the last checkpoint is good. A smaller learningRate or a longer ` +
        'warm-up may help; nanPolicy: "skip" leaves such steps out.',
    );
  }
  warn(`${message} ${policy === "skip" ? "Its update is left out." : "It is made all the same."}`);
  return policy === "skip" ? "skip" : "update";
}
