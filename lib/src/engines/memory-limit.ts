import { ConfigError } from "../errors";

const UNITS = new Map([
  ["", 1],
  ["KB", 2 ** 10],
  ["MB", 2 ** 20],
  ["GB", 2 ** 30],
]);

/**
 * How many bytes the tensors of the native and the wasm engine may take: what FINETUNE_MAX_MEMORY says (`6GB`, `500MB`), else
 * as many as there are.
 *
 * @throws ConfigError for a text that is no amount
 */
export function memoryLimit(text = process.env.FINETUNE_MAX_MEMORY): number {
  if (text === undefined || text === "") return Infinity;
  const [, number = "", unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([KMG]B)?\s*$/i.exec(text) ?? [];
  const bytes = Number(number) * (UNITS.get(unit.toUpperCase()) ?? NaN);
  if (bytes > 0) return bytes;
  throw new ConfigError(
    `FINETUNE_MAX_MEMORY is ${JSON.stringify(text)}; write an amount such as 6GB or 500MB.`,
  );
}
