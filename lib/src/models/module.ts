import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../errors";
import { randomNormal } from "../random";

/** What a whole model shares: whether it trains, and where its random numbers come from. */
export class ModelContext {
  training = false;
  /** Micro-step of training: dropout draws anew at each. */
  step = 0;
  private sites = 0;

  /** @param seed  of the initial weights and of dropout */
  constructor(public seed: number) {}

  /** A number of its own for each user of random numbers. */
  nextSite(): number {
    return this.sites++;
  }
}

/** How a new weight is filled: a constant, or normally distributed around 0 with a standard deviation. */
export type Initializer = { constant: number } | { standardDeviation: number; zeroRow?: number };

/** A trained tensor. Its memory is taken when it gets its first values, not when the model is laid out. */
export class Parameter {
  /** Whether training changes it. @see torch.Tensor.requires_grad */
  requiresGrad = true;
  private variable: tf.Variable | undefined;

  constructor(
    readonly shape: number[],
    readonly initializer: Initializer,
  ) {}

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
    const tensor = tf.tensor(values, this.shape);
    if (this.variable) this.variable.assign(tensor);
    else this.variable = tf.variable(tensor);
    tensor.dispose();
  }

  /** Fills with new values; the same seed and name always give the same ones. */
  initialize(seed: number, name: string): void {
    const { size, initializer } = this;
    if ("constant" in initializer) return this.set(new Float32Array(size).fill(initializer.constant));
    const values = randomNormal(size, initializer.standardDeviation, { seed, site: hash(name) });
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

/**
 * A part of a model. Its parameters are the properties that are a {@link Parameter}, a Module or an array of modules,
 * and their names follow from the property names, which are therefore those of transformers' checkpoints.
 *
 * @see torch.nn.Module
 */
export abstract class Module {
  *namedParameters(prefix = ""): Generator<[string, Parameter]> {
    for (const [key, value] of Object.entries(this) as [string, unknown][]) {
      if (value instanceof Parameter) yield [prefix + key, value];
      else if (value instanceof Module) yield* value.namedParameters(`${prefix}${key}.`);
      else if (Array.isArray(value)) {
        for (const [index, item] of (value as unknown[]).entries()) {
          if (item instanceof Module) yield* item.namedParameters(`${prefix}${key}.${index}.`);
        }
      }
    }
  }
}
