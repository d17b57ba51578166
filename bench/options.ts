import { parseArgs } from "node:util";

/** A benchmark refused its arguments; the message says which. */
export class UsageError extends Error {}

/** The command line of a benchmark: `--name value` for each of the defaults' names, `--name` alone where it is a boolean. */
export function readOptions<Defaults extends Record<string, string | number | boolean>>(
  args: string[],
  defaults: Defaults,
): Defaults {
  const options = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [
      name,
      { type: typeof value === "boolean" ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  let given: Record<string, string | boolean | undefined>;
  try {
    given = parseArgs({ args, options, strict: true }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const read = Object.entries(defaults).map(([name, standard]) => {
    const value = given[name];
    if (value === undefined || typeof standard !== "number") return [name, value ?? standard];
    const number = Number(value);
    if (!Number.isFinite(number)) throw new UsageError(`--${name} ${String(value)}: this is no number.`);
    return [name, number];
  });
  return Object.fromEntries(read) as Defaults;
}
