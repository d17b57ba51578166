import { ConfigError } from "finetune-ts";

/** What a notebook can be told from outside. */
export type ParameterDefaults = Readonly<Record<string, string | number>>;

/** With the types of the defaults: a number stays a number. */
export type ParameterValues<Defaults extends ParameterDefaults> = {
  -readonly [Name in keyof Defaults]: Defaults[Name] extends number ? number : string;
};

/**
 * The values that a notebook runs with: an environment variable of the same name takes the place of a default. Variables that are
 * empty count as not there.
 *
 * @throws ConfigError in the first cell, and not somewhere below, if a number is none, or a fraction where the default is whole
 * @example
 * // MAX_STEPS=50 npm start
 * const { DATASET, MAX_STEPS } = parameters({ DATASET: "reviews", MAX_STEPS: -1 });
 */
export function parameters<const Defaults extends ParameterDefaults>(
  defaults: Defaults,
  env: NodeJS.ProcessEnv = process.env,
): ParameterValues<Defaults> {
  const values = Object.entries(defaults).map(([name, value]) => {
    const given = env[name]?.trim() ?? "";
    if (given === "") return [name, value] as const;
    return [name, typeof value === "number" ? numberOf(name, given, value) : given] as const;
  });
  return Object.fromEntries(values) as ParameterValues<Defaults>;
}

function numberOf(name: string, given: string, fallback: number): number {
  const number = Number(given);
  const whole = Number.isInteger(fallback);
  if (Number.isFinite(number) && (!whole || Number.isInteger(number))) return number;
  throw new ConfigError(
    `${name} is '${given}' in the environment; it has to be a ${whole ? "whole number" : "number"}, such as ${fallback}.`,
  );
}
