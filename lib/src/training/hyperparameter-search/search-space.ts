import { ConfigError } from "../../errors";
import { refuseUnknownOptions } from "../../known-options";
import { randomUint32 } from "../../random";
import type { TrainingArgumentsOptions } from "../training-arguments";

/** Numbers from `low` to `high`. */
export interface Range {
  low: number;
  high: number;
  /** Drawn evenly on a logarithmic scale, as learning rates should be. Default false. */
  log?: boolean;
  /** Only `low`, `low + step` and so on. Default: all. */
  step?: number;
}

/** Values of training arguments. */
export type Hyperparameters = TrainingArgumentsOptions;

/** What is tried: for each argument a list of values or a range. */
export type SearchSpace = {
  readonly [Name in keyof TrainingArgumentsOptions]?: readonly TrainingArgumentsOptions[Name][] | Range;
};

/** Apart from the random streams of models and samplers. */
const SITE = 0x4a9e00;

/** @throws ConfigError for a list without values, or a range that has none */
export function checkSpace(space: SearchSpace): void {
  if (Object.keys(space).length === 0) throw new ConfigError("hyperparameterSearch: hpSpace is empty.");
  for (const [name, values] of Object.entries(space)) {
    const where = `hyperparameterSearch: hpSpace.${name}`;
    if (Array.isArray(values)) {
      if (values.length === 0) throw new ConfigError(`${where} has no values.`);
      continue;
    }
    const range = values as Range;
    refuseUnknownOptions(where, range, ["low", "high", "log", "step"]);
    const { low, high, log = false, step } = range;
    if (!Number.isFinite(low) || !Number.isFinite(high) || low > high) {
      throw new ConfigError(`${where}: it goes from ${low} to ${high}.`);
    }
    if (log && low <= 0) throw new ConfigError(`${where}: on a logarithmic scale low has to be above 0.`);
    if (step !== undefined && (!(step > 0) || log)) {
      throw new ConfigError(`${where}: step is ${step}; it has to be above 0, and is for linear scales.`);
    }
  }
}

/** Random values, each argument's by itself; the same trial of the same seed always has the same ones. */
export function sample(space: SearchSpace, seed: number, trial: number): Hyperparameters {
  const entries = Object.entries(space);
  const words = randomUint32(new Uint32Array(entries.length), { seed, site: SITE, step: trial });
  const drawn = entries.map(
    ([name, values], i) => [name, draw(values, (words[i]! + 0.5) / 2 ** 32)] as const,
  );
  return Object.fromEntries(drawn);
}

/** Every combination of the values. @throws ConfigError for a range without steps */
export function grid(space: SearchSpace): Hyperparameters[] {
  let combinations: Hyperparameters[] = [{}];
  for (const [name, values] of Object.entries(space)) {
    const all = Array.isArray(values) ? (values as unknown[]) : stepsOf(name, values as Range);
    combinations = combinations.flatMap((one) => all.map((value) => ({ ...one, [name]: value })));
  }
  return combinations;
}

/** @param share  between 0 and 1 */
function draw(values: unknown, share: number): unknown {
  if (Array.isArray(values)) return (values as unknown[])[Math.floor(share * values.length)];
  const { low, high, log = false, step } = values as Range;
  if (log) return low * (high / low) ** share;
  if (step === undefined) return low + share * (high - low);
  const steps = stepsOf("", { low, high, step });
  return steps[Math.floor(share * steps.length)];
}

function stepsOf(name: string, { low, high, step }: Range): number[] {
  if (step === undefined) {
    throw new ConfigError(
      `hyperparameterSearch: hpSpace.${name} is a range; for a grid give it a step, or list its values.`,
    );
  }
  // A little beyond, as 0.1 + 0.2 is above 0.3.
  return Array.from({ length: Math.floor((high - low) / step + 1e-9) + 1 }, (_, i) => low + i * step);
}
