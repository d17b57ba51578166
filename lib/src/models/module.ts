import * as tf from "../tfjs";
import { adoptTensor } from "../engines/fused/adopt";
import { ConfigError } from "../errors";
import { randomNormal, randomUniform } from "../random";

/** How much a batch holds, or what comes before it where it is a part of a larger one. */
export interface BatchExtent {
  sequences: number;
  tokens: number;
  /** The sum of the squared lengths: attention has a weight for each, in each head. */
  tokenPairs: number;
}

export const NOTHING_BEFORE: BatchExtent = { sequences: 0, tokens: 0, tokenPairs: 0 };

/** What a whole model shares: whether it trains, and where its random numbers come from. */
export class ModelContext {
  training = false;
  /** Whether layers keep nothing for the backward pass but their input, and are computed again there. */
  recomputesLayers = false;
  /** Micro-step of training: dropout draws anew at each. */
  step = 0;
  /** Where the batch is a part of a larger one, what comes before it: dropout then drops what it would in the whole. */
  before: BatchExtent = NOTHING_BEFORE;
  private sites = 0;
  private repetition = 0;

  /** @param seed  of the initial weights and of dropout */
  constructor(public seed: number) {}

  /** A number of its own for each user of random numbers. */
  nextSite(): number {
    return this.sites++;
  }

  /** Runs a part of the model for the nth time (from 0) in one pass: dropout draws anew at each. */
  repeat<T>(repetition: number, run: () => T): T {
    const before = this.repetition;
    this.repetition = repetition;
    try {
      return run();
    } finally {
      this.repetition = before;
    }
  }

  /** The number by which random numbers are drawn now, of one that {@link nextSite} gave. */
  currentSite(site: number): number {
    return site + this.repetition * this.sites;
  }
}

/** How a new weight is filled: a constant, normally distributed around 0, or evenly between -bound and bound. */
export type Initializer =
  { constant: number } | { standardDeviation: number; zeroRow?: number } | { bound: number };

/** A trained tensor. Its memory is taken when it gets its first values, not when the model is laid out. */
export class Parameter {
  private isTrained = true;
  private variable: tf.Variable | undefined;

  constructor(
    readonly shape: number[],
    readonly initializer: Initializer,
  ) {}

  /** Whether training changes it. Default true. @see torch.Tensor.requires_grad */
  get requiresGrad(): boolean {
    return this.isTrained;
  }

  set requiresGrad(isTrained: boolean) {
    this.isTrained = isTrained;
    if (this.variable) this.variable.trainable = isTrained;
  }

  get size(): number {
    return this.shape.reduce((product, length) => product * length, 1);
  }

  get value(): tf.Variable {
    if (!this.variable)
      throw new ConfigError("This model has no weights: it was disposed, or never initialised.");
    return this.variable;
  }

  /** @param values  `size` numbers in row-major order; copied */
  set(values: Float32Array): void {
    this.assign(tf.tensor(values, this.shape));
  }

  /** @param values  `size` numbers in row-major order, which are the parameter's from now on */
  adopt(values: Float32Array): void {
    this.assign(adoptTensor(values, this.shape));
  }

  private assign(tensor: tf.Tensor): void {
    if (this.variable) this.variable.assign(tensor);
    else this.variable = tf.variable(tensor, this.isTrained);
    tensor.dispose();
  }

  /** Fills with new values; the same seed and name always give the same ones. */
  initialize(seed: number, name: string): void {
    const { size, initializer } = this;
    if ("constant" in initializer) return this.set(new Float32Array(size).fill(initializer.constant));
    const key = { seed, site: hash(name) };
    if ("bound" in initializer) return this.set(randomUniform(size, initializer.bound, key));
    const values = randomNormal(size, initializer.standardDeviation, key);
    if (initializer.zeroRow !== undefined) {
      const width = this.shape[1]!;
      values.fill(0, initializer.zeroRow * width, (initializer.zeroRow + 1) * width);
    }
    this.set(values);
  }

  dispose(): void {
    this.variable?.dispose();
    this.variable = undefined;
  }
}

/** FNV-1a, to give each parameter a random stream of its own by its name. */
function hash(name: string): number {
  let value = 0x811c9dc5;
  for (const character of name) value = Math.imul(value ^ character.codePointAt(0)!, 0x01000193) >>> 0;
  return value;
}

/** A part of a module. */
export interface NamedModule {
  name: string;
  module: Module;
  /** Puts another one in its place. */
  replace: (by: Module) => void;
}

/**
 * A part of a model. Its parameters are the properties that are a {@link Parameter}, a Module or an array of modules,
 * and their names follow from the property names, which are therefore those of transformers' checkpoints.
 *
 * @see torch.nn.Module
 */
export abstract class Module {
  /** Whether training changes any of its parameters. */
  get requiresGrad(): boolean {
    for (const [, parameter] of this.namedParameters()) if (parameter.requiresGrad) return true;
    return false;
  }

  *namedParameters(prefix = ""): Generator<[string, Parameter]> {
    for (const { name, value } of this.entries()) {
      if (value instanceof Parameter) yield [prefix + name, value];
      else if (value instanceof Module) yield* value.namedParameters(`${prefix}${name}.`);
    }
  }

  /** Every part, and the parts of it, by name. */
  *namedModules(prefix = ""): Generator<NamedModule> {
    for (const { name, value, replace } of this.entries()) {
      if (!(value instanceof Module)) continue;
      yield { name: prefix + name, module: value, replace };
      yield* value.namedModules(`${prefix}${name}.`);
    }
  }

  /** Properties, and the elements of those that are arrays. */
  private *entries(): Generator<{ name: string; value: unknown; replace: (by: Module) => void }> {
    const own = this as unknown as Record<string, unknown>;
    for (const [key, value] of Object.entries(own)) {
      if (!Array.isArray(value)) yield { name: key, value, replace: (by) => (own[key] = by) };
      else {
        const items = value as unknown[];
        for (const [index, item] of items.entries()) {
          yield { name: `${key}.${index}`, value: item, replace: (by) => (items[index] = by) };
        }
      }
    }
  }
}

/** Whether a parameter or part is, or lies in, the part of this name. */
export const isWithin = (name: string, part: string): boolean => name === part || name.startsWith(`${part}.`);
