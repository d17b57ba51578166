import * as tf from "../tfjs";

/** What an op with a hand-written gradient computes. */
export interface Differentiable {
  value: tf.Tensor;
  /** Tensors that the gradient needs again; handed back to it in this order. */
  saved: tf.Tensor[];
  /** From the gradient of the value to those of the inputs, in their order. */
  gradient: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[];
}

/**
 * `tf.customGrad` with types: one node on the tape for a whole op, however many tfjs ops its forward pass takes,
 * and only what `saved` lists is kept for the backward pass.
 */
export function customGradient(inputs: tf.Tensor[], forward: () => Differentiable): tf.Tensor {
  const op = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const save = args[args.length - 1] as tf.GradSaveFunc;
    const { value, saved, gradient } = forward();
    save(saved);
    return { value, gradFunc: (dy: tf.Tensor, kept: tf.Tensor[]) => gradient(dy, kept) };
  });
  return op(...inputs);
}
