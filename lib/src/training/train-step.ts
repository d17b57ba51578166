import * as tf from "../tfjs";
import type { Batch } from "../collators/batch";
import { ConfigError } from "../errors";
import type { ModelOutput } from "../models/model-output";
import type { PreTrainedModel } from "../models/pretrained-model";
import { globalNorm } from "../ops/global-norm";
import { backward, type ComputeLoss, type GradientMap } from "./backward";
import type { Optimizer } from "./optimizers/optimizer";
import type { Precision } from "./precision";

export interface TrainStepOptions {
  /** What this step's learning rates are of their peaks. Default 1. */
  scheduleFactor?: number;
  maxGradNorm: number;
  /** Default: the model's own loss, without label smoothing. */
  computeLoss?: ComputeLoss;
  /** Number of the first micro-batch in the whole run; decides what dropout drops. */
  firstMicroStep: number;
  /** Of each micro-batch, where they are not one after the other and alike. */
  microBatches?: readonly MicroBatchSettings[];
  /** Of the matrix products. Default: as the engine is set. */
  precision?: Precision;
  /**
   * Asked before an update whose loss or gradient norm is not finite; may throw, and the weights are then as they were.
   * Default: it is done all the same.
   */
  onNonFinite?: (figures: TrainStepResult) => "update" | "skip";
  /** Called after each micro-batch but the last. */
  onSubstepEnd?: () => Promise<void>;
  /** Called around the update. */
  onPreOptimizerStep?: (gradients: ReadonlyMap<string, tf.Tensor>) => Promise<void>;
  onOptimizerStep?: (gradients: ReadonlyMap<string, tf.Tensor>) => Promise<void>;
}

export interface MicroBatchSettings {
  /** What it counts for in the averages. */
  weight: number;
  /** Its number in the whole run. */
  microStep: number;
}

export interface TrainStepResult {
  /** Mean over the micro-batches. */
  loss: number;
  /** Global norm of the gradients before clipping. */
  gradNorm: number;
}

/** torch.nn.utils.clip_grad_norm_ adds this to the norm that it divides by. */
const CLIP_EPSILON = 1e-6;

/**
 * One optimizer step: forward and backward passes over micro-batches, clipping, update.
 *
 * @param optimizer  the parameters that it holds are the ones that are trained
 * @param batches  the micro-batches, whose gradients are averaged; disposed of as soon as they are used
 * @throws BatchTooLargeError where memory runs out before the update; nothing has changed then
 */
export async function trainStep(
  model: PreTrainedModel<object>,
  optimizer: Optimizer,
  batches: readonly Batch[],
  options: TrainStepOptions,
): Promise<TrainStepResult> {
  const { scheduleFactor = 1, maxGradNorm, computeLoss = lossOf(model), firstMicroStep } = options;
  const run = options.precision
    ? <T>(body: () => T) => options.precision!.run(body)
    : <T>(body: () => T) => body();
  const gradients: GradientMap = new Map();
  let loss = 0;
  try {
    for (const [index, batch] of batches.entries()) {
      const { weight, microStep } = options.microBatches?.[index] ?? {
        weight: 1 / batches.length,
        microStep: firstMicroStep + index,
      };
      model.context.step = microStep;
      const current = run(() => backward(gradients, optimizer.parameters(), batch, computeLoss, weight));
      loss += (await current.data())[0]!;
      current.dispose();
      if (index + 1 === batches.length) continue;
      // Timers, displays and signals have their turn; after the last one the caller sees to that.
      await new Promise(setImmediate);
      await options.onSubstepEnd?.();
    }
    const gradNorm = await globalNorm([...gradients.values()]);
    const isFinite = Number.isFinite(loss) && Number.isFinite(gradNorm);
    if (!isFinite && options.onNonFinite?.({ loss, gradNorm }) === "skip") return { loss, gradNorm };
    const clip = maxGradNorm > 0 ? Math.min(1, maxGradNorm / (gradNorm + CLIP_EPSILON)) : 1;
    await options.onPreOptimizerStep?.(gradients);
    optimizer.update(gradients, { scheduleFactor, gradientScale: clip });
    await options.onOptimizerStep?.(gradients);
    return { loss, gradNorm };
  } finally {
    tf.dispose([...gradients.values(), ...batches]);
  }
}

/** A model's own loss of a batch. */
function lossOf(model: PreTrainedModel<object>): ComputeLoss {
  return (batch) => requireLoss(model.forward(batch) as Partial<ModelOutput>, model, batch);
}

/**
 * @param columns  of the dataset, for the message. Default: those of the batch
 * @throws ConfigError where there is no loss: without labels, or without a head
 */
export function requireLoss(
  output: { loss?: tf.Scalar },
  { architecture }: PreTrainedModel<object>,
  batch: Batch,
  columns: readonly string[] = Object.keys(batch),
): tf.Scalar {
  if (output.loss) return output.loss;
  throw new ConfigError(
    `${architecture} gave no loss: ` +
      (batch.labels
        ? "it has no head to train."
        : `the rows have no labels. The dataset has the columns ${columns.join(", ")}; the Trainer takes the labels from ` +
          '"label", "labels" or "label_ids". dataset.renameColumn(…, "label") gives a column that name.'),
  );
}
