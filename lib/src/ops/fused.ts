import * as tf from "../tfjs";

let compositeOnly = false;

/**
 * Runs the engine's fused kernel of this name, or returns undefined where the running engine has none, so that the
 * caller goes on with the composite form. The gradient comes from `tf.registerGradient` under the same name.
 */
export function fused(
  kernel: string,
  inputs: tf.NamedTensorMap,
  attributes: Record<string, number | string | number[]> = {},
): tf.Tensor | undefined {
  if (!hasFused(kernel)) return undefined;
  return tf.engine().runKernel<tf.Tensor>(kernel, inputs, attributes);
}

/** Whether {@link fused} would run a kernel of this name on the engine in use. */
export function hasFused(kernel: string): boolean {
  return !compositeOnly && tf.getKernel(kernel, tf.getBackend()) !== undefined;
}

/** Runs `body` with every op in its composite form, whatever the engine offers: the yardstick for fused kernels. */
export function withCompositeOps<T>(body: () => T): T {
  const before = compositeOnly;
  compositeOnly = true;
  try {
    return body();
  } finally {
    compositeOnly = before;
  }
}
