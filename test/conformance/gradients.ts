import * as tf from "@tensorflow/tfjs-core";
import { readSafetensors, type PreTrainedModel, type TaskInputs } from "../../lib/src/index";
import { relativeDifference, worst, type Check } from "./check";

const BOUND = 1e-4;

/** Softmax does not notice a constant on all scores, so the true gradient of key.bias is 0 and its figure is noise. */
export const isNoise = (name: string): boolean => /(\bkey|\bk_lin|\battn\.k)\.bias$/.test(name);

/**
 * The gradient of every weight.
 *
 * @param inputs  disposed of
 * @param file    gradients.safetensors; its tensors, even if they are not all of the model's
 */
export async function checkGradients(
  model: PreTrainedModel,
  inputs: TaskInputs,
  file: string,
): Promise<Check[]> {
  const expected = (await readSafetensors(file)).tensors;
  const parameters = [...model.namedParameters()].map(([name, { value }]) => ({ name, value }));
  const { value: loss, grads } = tf.variableGrads(
    () => model.forward(inputs).loss!,
    parameters.map(({ value }) => value),
  );
  const ours = new Map(parameters.map(({ name, value }) => [name, grads[value.name]]));
  const deviations = new Map<string, number>();
  for (const [name, { data }] of expected) {
    if (isNoise(name)) continue;
    const gradient = await ours.get(model.tiedWeights.get(name) ?? name)?.data();
    deviations.set(name, gradient ? relativeDifference(gradient, data as Float32Array) : Infinity);
  }
  tf.dispose([loss, grads, { ...inputs }]);
  const { name, deviation } = worst(deviations);
  const note = `${deviations.size} tensors, key.bias aside; worst: ${name}`;
  return [{ name: "gradients (relative)", deviation, bound: BOUND, note }];
}
