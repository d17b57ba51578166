import * as tf from "../tfjs";
import type { AdamWSettings } from "../engines/fused-kernels";
import { hasFused } from "./fused";

/** A trained weight with its running averages, all of one shape. */
export interface AdamWTensors {
  parameter: tf.Variable;
  gradient: tf.Tensor;
  /** Running average of the gradient. */
  firstMoment: tf.Variable;
  /** Running average of its square. */
  secondMoment: tf.Variable;
}

/**
 * One AdamW update of one parameter, in place.
 *
 * A fused kernel `AdamW` updates both moments in their memory; it returns the new weight, or nothing where it has
 * written that in place too.
 *
 * @see Loshchilov and Hutter 2019; torch.optim.AdamW
 */
export function adamw(tensors: AdamWTensors, settings: AdamWSettings): void {
  const { parameter, gradient, firstMoment, secondMoment } = tensors;
  if (!hasFused("AdamW")) return composite(tensors, settings);
  const inputs = { parameter, gradient, firstMoment, secondMoment };
  const updated = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>("AdamW", inputs, { ...settings });
  if (Array.isArray(updated)) return;
  parameter.assign(updated);
  updated.dispose();
}

function composite(
  { parameter, gradient, firstMoment, secondMoment }: AdamWTensors,
  { learningRate, beta1, beta2, eps, weightDecay, step, gradientScale }: AdamWSettings,
): void {
  tf.tidy(() => {
    const g = gradientScale === 1 ? gradient : tf.mul(gradient, gradientScale);
    firstMoment.assign(tf.add(tf.mul(firstMoment, beta1), tf.mul(g, 1 - beta1)));
    secondMoment.assign(tf.add(tf.mul(secondMoment, beta2), tf.mul(tf.square(g), 1 - beta2)));
    const deviation = tf.add(tf.div(tf.sqrt(secondMoment), Math.sqrt(1 - beta2 ** step)), eps);
    const direction = tf.div(firstMoment, deviation);
    const decayed = tf.mul(parameter, 1 - learningRate * weightDecay);
    parameter.assign(tf.sub(decayed, tf.mul(direction, learningRate / (1 - beta1 ** step))));
  });
}
