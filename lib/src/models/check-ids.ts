import { ConfigError } from "../errors";
import type { SequenceLayout } from "../ops/packed-sequences";

/**
 * Refuses numbers that are no rows of a table, before anything is read with them.
 *
 * @param values   of the tokens of a packed batch
 * @param setting  what of the model's configuration says how many rows there are
 * @throws ConfigError that names the row of the batch and the token
 */
export function checkIds(
  values: Int32Array,
  { offsets }: SequenceLayout,
  limit: number,
  what: string,
  setting: string,
): void {
  const place = values.findIndex((value) => value < 0 || value >= limit);
  if (place === -1) return;
  const row = offsets.findIndex((offset) => offset > place) - 1;
  throw new ConfigError(
    `Row ${row} of the batch: ${what} has ${values[place]} at token ${place - offsets[row]!}, outside what the model's ` +
      `${setting} of ${limit} allows (0 … ${limit - 1}). Does the tokenizer belong to this model, and does it truncate?`,
  );
}
