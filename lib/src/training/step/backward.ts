import * as tf from "../../tfjs";
import type { Batch } from "../../collators/batch";
import { asOutOfMemory } from "../../engines/out-of-memory";
import { OutOfMemoryError } from "../../errors";
import type { Parameter } from "../../models/module";
import { disposeTape, watchGradients } from "../../ops/tape";

/** From a batch to what is minimised. */
export type ComputeLoss = (batch: Batch) => tf.Scalar;

/** Gradients by the names of their parameters. */
export type GradientMap = Map<string, tf.Tensor>;

export interface BatchSize {
  rows: number;
  /** Tokens of the longest row. */
  length: number;
}

export function sizeOfBatch({ input_ids }: Partial<Batch>): BatchSize {
  const shape: readonly number[] = input_ids?.shape ?? [];
  return { rows: shape[0] ?? 0, length: shape.at(-1) ?? 0 };
}

/** There was no memory for a batch; weights, optimizer and engine are as they were before it. */
export class BatchTooLargeError extends OutOfMemoryError {
  declare readonly cause: OutOfMemoryError;

  constructor(
    readonly batch: BatchSize,
    cause: OutOfMemoryError,
  ) {
    const { rows, length } = batch;
    super(`A batch of ${rows} rows of up to ${length} tokens does not fit into memory. ${cause.message}`, {
      cause,
    });
  }
}

/**
 * The loss of a batch times `scale`. Its gradients are added to `total`, whose tensors change hands. Frees the batch.
 *
 * @param onGradient  called while the pass goes on, as soon as a gradient of this batch is complete; not for all of them
 * @throws BatchTooLargeError; `total` holds what it held
 */
export function backward(
  total: GradientMap,
  trained: Iterable<[string, Parameter]>,
  batch: Batch,
  computeLoss: ComputeLoss,
  scale: number,
  onGradient?: (name: string, gradient: tf.Tensor) => void,
): tf.Scalar {
  const parameters = Array.from(trained, ([name, { value }]) => ({ name, variable: value }));
  const size = sizeOfBatch(batch);
  let scaled: tf.Scalar | undefined;
  const scaledLoss = () => {
    const loss = computeLoss(batch);
    scaled = scale === 1 ? loss : tf.mul<tf.Scalar>(loss, scale);
    if (onGradient) {
      const names = new Map(parameters.map(({ name, variable }) => [variable, name]));
      watchGradients(scaled, [...names.keys()], (variable, gradient) =>
        onGradient(names.get(variable)!, gradient),
      );
    }
    return scaled;
  };
  try {
    const { value, grads } = tf.variableGrads(
      scaledLoss,
      parameters.map(({ variable }) => variable),
    );
    const gradients: GradientMap = new Map();
    for (const { name, variable } of parameters) {
      const gradient = grads[variable.name];
      if (gradient) gradients.set(name, gradient);
    }
    add(total, gradients);
    return value;
  } catch (error) {
    disposeTape();
    if (scaled) tf.dispose(scaled);
    const shortage = asOutOfMemory(error);
    throw shortage ? new BatchTooLargeError(size, shortage) : error;
  } finally {
    tf.dispose(batch);
  }
}

/** Adds gradients to a total; where that fails, frees what it has not taken over. */
function add(total: GradientMap, gradients: GradientMap): void {
  try {
    for (const [name, gradient] of gradients) {
      const before = total.get(name);
      total.set(name, before ? tf.add(before, gradient) : gradient);
      if (before) tf.dispose([before, gradient]);
    }
  } catch (error) {
    const taken = new Set(total.values());
    tf.dispose([...gradients.values()].filter((gradient) => !taken.has(gradient)));
    throw error;
  }
}
