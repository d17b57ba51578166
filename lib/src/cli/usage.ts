import { parseArgs, type ParseArgsConfig } from "node:util";
import { ConfigError } from "../errors";

/** A command line that means nothing: exit code 2. */
export class UsageError extends ConfigError {}

type Options = NonNullable<ParseArgsConfig["options"]>;

/** What a command line was read as. */
export type Parsed<T extends Options> = ReturnType<
  typeof parseArgs<{ options: T; allowPositionals: true; strict: true }>
>;

/**
 * Reads a command line.
 *
 * @param options      that the command takes
 * @param positionals  how many arguments without a name it takes at most
 * @throws UsageError for anything else
 */
export function parse<const T extends Options>(args: string[], options: T, positionals: number): Parsed<T> {
  let parsed;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  if (parsed.positionals.length > positionals) {
    throw new UsageError(`one argument too many: ${parsed.positionals[positionals]}`);
  }
  return parsed;
}
