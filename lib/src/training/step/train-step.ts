import * as tf from "../../tfjs";
import type { Batch } from "../../collators/batch";
import { ConfigError } from "../../errors";
import type { ModelOutput } from "../../models/model-output";
import type { PreTrainedModel } from "../../models/pretrained-model";
import { NOTHING_BEFORE } from "../../models/module";
import { backward, type ComputeLoss, type GradientMap } from "./backward";
import { nextTurn } from "../../platform/pause";
import type { BatchPart } from "./batch-parts";
import type { Optimizer } from "../optimizers/optimizer";
import type { Precision } from "./precision";
import { ALL_OF_IT, type StepReduction, type StepTerm } from "./step-reduction";

export interface TrainStepOptions {
  /** What this step's learning rates are of their peaks. Default 1. */
  scheduleFactor?: number;
  maxGradNorm: number;
  /** Default: the model's own loss, without label smoothing. */
  computeLoss?: ComputeLoss;
  /** How the terms become the step's gradients. Default: there is one, and it is all. */
  reduction?: StepReduction;
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

export interface TrainStepResult {
  /** Mean over the micro-batches. */
  loss: number;
  /** Global norm of the gradients before clipping. */
  gradNorm: number;
}

/** torch.nn.utils.clip_grad_norm_ adds this to the norm that it divides by. */
const CLIP_EPSILON = 1e-6;

/**
 * One optimizer step: forward and backward passes, clipping, update.
 *
 * @param optimizer  the parameters that it holds are the ones that are trained
 * @param terms      what this process computes of the step; the gradients of a term's parts are added up as they come. Their
 *   batches are disposed of as soon as they are used
 * @throws BatchTooLargeError where memory runs out before the update; nothing has changed then
 */
export async function trainStep(
  model: PreTrainedModel<object>,
  optimizer: Optimizer,
  terms: readonly (readonly BatchPart[])[],
  options: TrainStepOptions,
): Promise<TrainStepResult> {
  const { scheduleFactor = 1, maxGradNorm, computeLoss = lossOf(model), reduction = ALL_OF_IT } = options;
  const run = options.precision
    ? <T>(body: () => T) => options.precision!.run(body)
    : <T>(body: () => T) => body();
  const { context } = model;
  const computed: StepTerm[] = terms.map(() => ({ gradients: new Map(), loss: 0 }));
  const parts = terms.flatMap((term, index) => term.map((part) => ({ part, term: computed[index]! })));
  let gradients: GradientMap = new Map();
  try {
    for (const [index, { part, term }] of parts.entries()) {
      context.step = part.microStep;
      context.before = part.before;
      // What is added to later is not complete yet.
      const onGradient = parts.length === 1 ? reduction.add?.bind(reduction) : undefined;
      const parameters = optimizer.parameters();
      const current = run(() =>
        backward(term.gradients, parameters, part.batch, computeLoss, part.weight, onGradient),
      );
      term.loss += (await current.data())[0]!;
      current.dispose();
      if (index + 1 === parts.length) continue;
      // Timers, displays and signals have their turn; after the last one the caller sees to that.
      await nextTurn();
      await options.onSubstepEnd?.();
    }
    const { loss, gradNorm, ...reduced } = await reduction.finish(computed);
    gradients = reduced.gradients;
    const isFinite = Number.isFinite(loss) && Number.isFinite(gradNorm);
    if (!isFinite && options.onNonFinite?.({ loss, gradNorm }) === "skip") return { loss, gradNorm };
    const clip = maxGradNorm > 0 ? Math.min(1, maxGradNorm / (gradNorm + CLIP_EPSILON)) : 1;
    await options.onPreOptimizerStep?.(gradients);
    optimizer.update(gradients, { scheduleFactor, gradientScale: clip });
    await options.onOptimizerStep?.(gradients);
    return { loss, gradNorm };
  } finally {
    context.before = NOTHING_BEFORE;
    const own = computed.flatMap((term) => [...term.gradients.values()]);
    tf.dispose([...own, ...gradients.values(), ...parts.map(({ part }) => part.batch)]);
  }
}

/** A model's own loss of a batch. */
function lossOf(model: PreTrainedModel<object>): ComputeLoss {
  return (batch) => requireLoss(model.forward(batch) as Partial<ModelOutput>, model, batch);
}

/** A batch's labels, for a loss of one's own. @throws ConfigError where the model learns from something else */
export function requireLabels({ labels }: Batch, model: PreTrainedModel<object>): tf.Tensor {
  if (labels) return labels;
  throw new ConfigError(
    `computeLossFunc is called with the labels, and a ${model.architecture} learns from ${model.targetNames}. Override ` +
      "the Trainer's computeLoss instead.",
  );
}

/**
 * @param columns  of the dataset, for the message. Default: those of the batch
 * @throws ConfigError where there is no loss: without labels, or without a head
 */
export function requireLoss(
  output: { loss?: tf.Scalar },
  { architecture, targetNames }: PreTrainedModel<object>,
  batch: Batch,
  columns: readonly string[] = Object.keys(batch),
): tf.Scalar {
  if (output.loss) return output.loss;
  throw new ConfigError(
    `${architecture} gave no loss: ` +
      (batch.labels
        ? "it has no head to train."
        : `the rows have no labels. The dataset has the columns ${columns.join(", ")}; the Trainer takes the labels from ` +
          `${targetNames}. dataset.renameColumn gives a column another name.`),
  );
}
