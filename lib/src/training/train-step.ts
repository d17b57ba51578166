import * as tf from "@tensorflow/tfjs";
import type { Batch } from "../collators/batch";
import type {
  BertForSequenceClassification,
  ClassifierInputs,
} from "../models/bert/for-sequence-classification";
import { globalNorm } from "../ops/global-norm";
import type { AdamW } from "./optimizer";

export interface TrainStepOptions {
  learningRate: number;
  maxGradNorm: number;
  labelSmoothing: number;
  /** Number of the first micro-batch in the whole run; decides what dropout drops. */
  firstMicroStep: number;
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
 * @param batches  the micro-batches, whose gradients are averaged; disposed of as soon as they are used
 */
export async function trainStep(
  model: BertForSequenceClassification,
  optimizer: AdamW,
  batches: readonly Batch[],
  { learningRate, maxGradNorm, labelSmoothing, firstMicroStep }: TrainStepOptions,
): Promise<TrainStepResult> {
  let gradients = new Map<string, tf.Tensor>();
  let loss = 0;
  try {
    for (const [index, batch] of batches.entries()) {
      model.context.step = firstMicroStep + index;
      const current = backward(model, batch, labelSmoothing, 1 / batches.length);
      gradients = addGradients(gradients, current.gradients);
      loss += (await current.loss.data())[0]!;
      current.loss.dispose();
    }
    const gradNorm = await globalNorm([...gradients.values()]);
    const clip = maxGradNorm > 0 ? Math.min(1, maxGradNorm / (gradNorm + CLIP_EPSILON)) : 1;
    optimizer.update(gradients, learningRate, clip);
    return { loss, gradNorm };
  } finally {
    tf.dispose([...gradients.values()]);
  }
}

interface BackwardResult {
  loss: tf.Scalar;
  /** By parameter name. */
  gradients: Map<string, tf.Tensor>;
}

/** The loss of a batch times `scale`, and its gradients. Frees the batch. */
function backward(
  model: BertForSequenceClassification,
  batch: Batch,
  labelSmoothing: number,
  scale: number,
): BackwardResult {
  const parameters = [...model.namedParameters()].map(([name, { value }]) => ({ name, variable: value }));
  const lossOf = () => {
    const { loss } = model.forward(batch as ClassifierInputs, { labelSmoothing });
    return scale === 1 ? loss! : tf.mul<tf.Scalar>(loss!, scale);
  };
  try {
    const { value, grads } = tf.variableGrads(
      lossOf,
      parameters.map(({ variable }) => variable),
    );
    const gradients = new Map<string, tf.Tensor>();
    for (const { name, variable } of parameters) {
      const gradient = grads[variable.name];
      if (gradient) gradients.set(name, gradient);
    }
    return { loss: value, gradients };
  } finally {
    tf.dispose(batch);
  }
}

/** Sums of both; the tensors that went in are freed. */
function addGradients(total: Map<string, tf.Tensor>, next: Map<string, tf.Tensor>): Map<string, tf.Tensor> {
  if (total.size === 0) return next;
  for (const [name, gradient] of next) {
    const before = total.get(name);
    if (!before) total.set(name, gradient);
    else {
      total.set(name, tf.add(before, gradient));
      tf.dispose([before, gradient]);
    }
  }
  return total;
}
