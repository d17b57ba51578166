import * as tf from "../tfjs";

/** What tfjs's engine keeps while gradients are computed; no part of its types. */
interface TapeState {
  /** The tape records while this is 0. */
  kernelDepth: number;
  activeTape: { saved?: tf.Tensor[] }[] | null;
}

const stateOf = () => (tf.engine() as unknown as { state: TapeState }).state;

/** Computes what no gradient will be asked for: nothing is recorded, nor kept for a backward pass. @see torch.no_grad */
export function withoutTape<T>(body: () => T): T {
  const state = stateOf();
  state.kernelDepth++;
  try {
    return body();
  } finally {
    state.kernelDepth--;
  }
}

/** After a pass that failed, frees what its operations have kept for their gradients: tfjs does so at its end only. */
export function disposeTape(): void {
  const state = stateOf();
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved ?? []);
  state.activeTape = null;
}

/** Computes gradients while others are computed: tfjs has one tape, and would begin it anew. */
export function nestedTape<T>(body: () => T): T {
  const state = stateOf();
  const { activeTape, kernelDepth } = state;
  state.activeTape = null;
  state.kernelDepth = 0;
  try {
    return body();
  } catch (error) {
    disposeTape();
    throw error;
  } finally {
    state.activeTape = activeTape;
    state.kernelDepth = kernelDepth;
  }
}

/** Whether a weight is one that training does not change. */
export function isFrozen(weight: tf.Tensor): boolean {
  return weight instanceof tf.Variable && !weight.trainable;
}
