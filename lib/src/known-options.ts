import { ConfigError, type FinetuneError } from "./errors";
import { nearNames } from "./near-names";

/**
 * Refuses an options object with a key that means nothing: a misspelt option would else be passed over in silence.
 *
 * @param what   whose options they are, for the message
 * @param known  the keys that there are
 * @param Refusal  what is thrown
 * @throws ConfigError, or what is asked for, that names the key and those that there are
 */
export function refuseUnknownOptions(
  what: string,
  options: object,
  known: readonly string[],
  Refusal: new (message: string) => FinetuneError = ConfigError,
): void {
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const [near] = nearNames(unknown, known);
  const hint = near === undefined ? "" : ` Did you mean '${near}'?`;
  throw new Refusal(`${what}: there is no option '${unknown}'; there are ${known.join(", ")}.${hint}`);
}
