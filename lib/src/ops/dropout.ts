import * as tf from "../tfjs";
import { customGradient } from "./custom-gradient";
import { fused } from "./fused";
import { dropoutMask, type RandomKey } from "../random";

/**
 * Sets each element to zero with probability `rate` and divides the others by 1 - rate. Which ones is a function of
 * the key and the element's position alone, so the same step always drops the same elements.
 *
 * @param x     a tensor of any shape
 * @param rate  probability of dropping, in [0, 1)
 * @param key   seed, site, step and number of the first element
 * @returns     a tensor of x's shape
 * @see Srivastava et al. 2014; torch.nn.Dropout
 */
export function dropout(x: tf.Tensor, rate: number, key: RandomKey): tf.Tensor {
  if (rate === 0) return x;
  const { seed, site, step = 0, first = 0 } = key;
  return fused("Dropout", { x }, { rate, seed, site, step, first }) ?? composite(x, rate, key);
}

function composite(x: tf.Tensor, rate: number, key: RandomKey): tf.Tensor {
  return customGradient([x], () => {
    const mask = tf.tensor(dropoutMask(x.size, rate, key), x.shape);
    return { value: tf.mul(x, mask), saved: [mask], gradient: (dy, [mask]) => [tf.mul(dy, mask!)] };
  });
}
