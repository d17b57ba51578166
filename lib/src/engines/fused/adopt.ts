import * as tf from "../../tfjs";
import { FusedBackend } from "./backend";

/**
 * A tensor of numbers that are its own from now on: without a copy where the engine in use can work on any memory.
 *
 * @param values  nobody else may change them
 */
export function adoptTensor(values: Float32Array, shape: number[]): tf.Tensor {
  const backend = tf.backend();
  if (!(backend instanceof FusedBackend) || !backend.adoptsArrays) return tf.tensor(values, shape);
  return tf.engine().makeTensorFromTensorInfo(backend.adopt(values, shape));
}
