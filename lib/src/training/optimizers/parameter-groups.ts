import { ConfigError } from "../../errors";
import { refuseUnknownOptions } from "../../known-options";
import type { PreTrainedModel } from "../../models/pretrained-model";

/** Parameters with settings of their own. @see torch.optim, per-parameter options */
export interface ParameterGroup {
  /** By name, as `model.namedParameters()` has them. */
  parameters: readonly string[];
  /** Peak learning rate; the run's schedule scales it like every other. Default: the arguments'. */
  learningRate?: number;
  /** Of all parameters of the group. Default: the arguments', for all but biases and LayerNorm. */
  weightDecay?: number;
}

/** What the optimizer has to know of one parameter. */
export interface ParameterSettings {
  /** Peak learning rate. */
  learningRate: number;
  weightDecay: number;
}

/** Biases and normalisation scales are not pulled towards zero. @see transformers.Trainer.get_decay_parameter_names */
export function isDecayed(name: string): boolean {
  return !UNDECAYED.test(name.toLowerCase());
}

const UNDECAYED = /bias|layernorm|rmsnorm|(^|\.|_)norm($|\.)/;

/**
 * The settings of every parameter, by its name.
 *
 * @param names   of all that is trained
 * @param groups  what differs from the arguments
 * @throws ConfigError for a name that is not there or stands in two groups, and for values that cannot work
 */
export function parameterSettings(
  names: Iterable<string>,
  { learningRate, weightDecay }: ParameterSettings,
  groups: readonly ParameterGroup[] = [],
): Map<string, ParameterSettings> {
  const settings = new Map<string, ParameterSettings>();
  for (const name of names)
    settings.set(name, { learningRate, weightDecay: isDecayed(name) ? weightDecay : 0 });
  const groupOf = new Map<string, number>();
  for (const [index, group] of groups.entries()) {
    check(group, index);
    for (const name of group.parameters) {
      const byDefault = settings.get(name);
      if (!byDefault) throw new ConfigError(unknownName(name, index, [...settings.keys()]));
      const other = groupOf.get(name);
      if (other !== undefined) {
        throw new ConfigError(`parameterGroups: '${name}' stands in group ${other} and in group ${index}.`);
      }
      groupOf.set(name, index);
      settings.set(name, {
        learningRate: group.learningRate ?? byDefault.learningRate,
        weightDecay: group.weightDecay ?? byDefault.weightDecay,
      });
    }
  }
  return settings;
}

function check(group: ParameterGroup, index: number): void {
  refuseUnknownOptions(`parameterGroups[${index}]`, group, ["parameters", "learningRate", "weightDecay"]);
  if (!Array.isArray(group.parameters)) {
    throw new ConfigError(`parameterGroups[${index}]: parameters has to be an array of parameter names.`);
  }
  checkSettings(`parameterGroups[${index}]`, group);
}

/** @throws ConfigError that names the setting that is no number of at least 0 */
export function checkSettings(where: string, settings: Partial<ParameterSettings>): void {
  for (const name of ["learningRate", "weightDecay"] as const) {
    const value = settings[name];
    if (value === undefined || (Number.isFinite(value) && value >= 0)) continue;
    throw new ConfigError(`${where}: ${name} is ${value}; it has to be a number of at least 0.`);
  }
}

function unknownName(name: string, index: number, names: string[]): string {
  const [first = "", last = ""] = [names[0], names.at(-1)];
  return `parameterGroups[${index}]: no parameter '${name}' is trained. There are ${names.length}, from '${first}' to '${last}'.`;
}

/**
 * Layer-wise learning rates: the head learns at the full rate, each layer below at `decay` times the rate of the one above
 * it, the embeddings at the lowest. What a pretrained encoder learnt first, it then forgets last.
 *
 * @param options  `learningRate`: peak rate of everything above the layers, the same as the Trainer's arguments have; `decay`: above
 *   0 and at most 1
 * @throws ConfigError for other values, and for a model without numbered layers
 * @see Howard and Ruder 2018 (ULMFiT, "discriminative fine-tuning"); ELECTRA's `layerwise_lr_decay`
 * @example
 * const parameterGroups = layerwiseLearningRates(model, { learningRate: args.learningRate, decay: 0.9 });
 * const trainer = new Trainer({ model, args, trainDataset, parameterGroups });
 */
export function layerwiseLearningRates(
  model: PreTrainedModel<object>,
  options: { learningRate: number; decay: number },
): ParameterGroup[] {
  refuseUnknownOptions("layerwiseLearningRates", options, ["learningRate", "decay"]);
  const { learningRate, decay } = options;
  if (!(learningRate >= 0) || !Number.isFinite(learningRate)) {
    throw new ConfigError(
      `layerwiseLearningRates: learningRate is ${learningRate}, not a number of at least 0.`,
    );
  }
  if (!(decay > 0 && decay <= 1)) {
    throw new ConfigError(`layerwiseLearningRates: decay is ${decay}; it has to be above 0 and at most 1.`);
  }
  const names = Array.from(model.namedParameters(), ([name]) => name);
  const layers = Math.max(...names.map((name) => layerOf(name) ?? -1)) + 1;
  if (layers === 0) {
    throw new ConfigError(`layerwiseLearningRates: ${model.architecture} has no layers to tell apart.`);
  }
  // Counted from below: 0 the embeddings, then the layers, then all that reads them out.
  const depthOf = (name: string) => {
    const layer = layerOf(name);
    if (layer !== undefined) return layer + 1;
    return /(^|\.)embeddings\./.test(name) ? 0 : layers + 1;
  };
  return Array.from({ length: layers + 2 }, (_, depth) => ({
    parameters: names.filter((name) => depthOf(name) === depth),
    learningRate: learningRate * decay ** (layers + 1 - depth),
  }));
}

/** The number of the layer that a parameter belongs to, if it does: of `bert.encoder.layer.3.output.dense.bias`, 3. */
function layerOf(name: string): number | undefined {
  const found = /\.layers?\.(\d+)\./.exec(name);
  return found ? Number(found[1]) : undefined;
}
