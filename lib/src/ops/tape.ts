import * as tf from "../tfjs";

/** What tfjs's engine keeps while gradients are computed; no part of its types. */
interface TapeState {
  /** The tape records while this is 0. */
  kernelDepth: number;
  activeTape: TapeNode[] | null;
}

/** An operation that has been recorded. */
interface TapeNode {
  inputs: Record<string, tf.Tensor>;
  outputs: tf.Tensor[];
  saved?: tf.Tensor[];
  gradient?: (dys: tf.Tensor[]) => Record<string, () => tf.Tensor>;
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

/**
 * Calls back in the backward pass as soon as the gradient of a variable is there, if one operation alone uses it; the gradients of
 * others are sums that are complete at the end. For the end of a forward pass.
 *
 * @param y           what the gradients are of
 * @param onGradient  is given a tensor that nobody else has
 */
export function watchGradients(
  y: tf.Tensor,
  variables: readonly tf.Variable[],
  onGradient: (variable: tf.Variable, gradient: tf.Tensor) => void,
): void {
  const watched = new Map<number, { variable: tf.Variable; uses: number }>(
    variables.map((variable) => [variable.id, { variable, uses: 0 }]),
  );
  const tape = nodesLeadingTo(y);
  for (const { inputs } of tape) {
    for (const { id } of Object.values(inputs)) {
      const found = watched.get(id);
      if (found) found.uses++;
    }
  }
  for (const node of tape) {
    const own = Object.entries(node.inputs).flatMap(([name, { id }]) => {
      const found = watched.get(id);
      return found?.uses === 1 ? [{ name, variable: found.variable }] : [];
    });
    const { gradient } = node;
    if (own.length === 0 || !gradient) continue;
    node.gradient = (dys) => {
      const gradients = { ...gradient(dys) };
      for (const { name, variable } of own) {
        const compute = gradients[name]!;
        gradients[name] = () => {
          const result = compute();
          // An operation may hand on what it was given.
          if (!dys.includes(result)) onGradient(variable, result);
          return result;
        };
      }
      return gradients;
    };
  }
}

/** The operations that something depends on; the copies that are kept for gradients lead nowhere. */
function nodesLeadingTo(y: tf.Tensor): TapeNode[] {
  const needed = new Set([y.id]);
  return [...(stateOf().activeTape ?? [])].reverse().filter(({ inputs, outputs }) => {
    if (!outputs.some(({ id }) => needed.has(id))) return false;
    for (const { id } of Object.values(inputs)) needed.add(id);
    return true;
  });
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
