import * as tf from "@tensorflow/tfjs-core";
import { readSafetensors, type PreTrainedModel, type TaskInputs } from "../../lib/src/index";
import { relativeDifference, worst, type Check } from "./check";

const BOUND = 1e-4;

const KEY_BIAS = /(\bkey|\bk_lin|\battn\.k)\.bias$/;
/** What normalises a layer's states. */
const LAYER_BIAS = /((?<!attention\.)output\.LayerNorm|output_layer_norm|full_layer_layer_norm)\.bias$/;

/**
 * Softmax does not notice a constant on all scores, so the true gradient of key.bias is 0 and its figure is noise. Where the scores of a text's tokens,
 * or of choices, are compared with each other, the same goes for what shifts all of them: the bias of the scores, and of tokens that of the
 * last states.
 */
export function noiseOf(model: PreTrainedModel): (name: string) => boolean {
  const names = Array.from(model.namedParameters(), ([name]) => name);
  const shifts = new Set<string | undefined>();
  if (/For(QuestionAnswering|MultipleChoice)$/.test(model.architecture)) shifts.add(names.at(-1));
  // ReLU lets through, or stops, the same shift for all choices.
  if (model.architecture.endsWith("ForMultipleChoice")) shifts.add("pre_classifier.bias");
  if (model.architecture.endsWith("ForQuestionAnswering"))
    shifts.add(names.filter((name) => LAYER_BIAS.test(name)).at(-1));
  return (name) => KEY_BIAS.test(name) || shifts.has(name);
}

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
  const isNoise = noiseOf(model);
  for (const [name, { data }] of expected) {
    if (isNoise(name)) continue;
    const gradient = await ours.get(model.tiedWeights.get(name) ?? name)?.data();
    deviations.set(name, gradient ? relativeDifference(gradient, data as Float32Array) : Infinity);
  }
  tf.dispose([loss, grads, { ...inputs }]);
  const { name, deviation } = worst(deviations);
  const note = `${deviations.size} tensors, noise aside; worst: ${name}`;
  return [{ name: "gradients (relative)", deviation, bound: BOUND, note }];
}
