import { ConfigError } from "../../errors";
import type { ConfigShape, EncoderSettings } from "./configuration";

const SIZES = [
  "vocabSize",
  "hiddenSize",
  "numHiddenLayers",
  "numAttentionHeads",
  "intermediateSize",
  "maxPositionEmbeddings",
] as const;
/** What has as many rows of `hiddenSize` columns: the largest weights. */
const ROWS: readonly string[] = ["vocabSize", "hiddenSize", "intermediateSize", "maxPositionEmbeddings"];
/** A shape of more is none that any engine takes. */
const MOST_ELEMENTS = 2 ** 31 - 1;
/** Hundreds of times those of the deepest encoder. */
const MOST_LAYERS = 1000;
const NOT_NEGATIVE = ["layerNormEps", "initializerRange"] as const;

/**
 * Refuses settings with which no model can be built.
 *
 * @param fileName  a setting's name in a `config.json`, which is how errors call it
 * @throws ConfigError that names the first of them
 */
export function checkSettings<Settings extends EncoderSettings>(
  settings: Settings & { numLabels: number },
  { defaults, sizes = [], words = {}, check }: ConfigShape<Settings>,
  fileName: (name: keyof Settings & string) => string,
  source: string,
): void {
  const fail = (name: keyof Settings & string, expected: string): never => {
    throw new ConfigError(
      `${source}: ${fileName(name)} is ${inWords(settings[name])}; it has to be ${expected}.`,
    );
  };
  const numberOf = (name: keyof Settings & string) => settings[name] as unknown as number;
  for (const name of [...SIZES, ...sizes]) {
    if (!Number.isSafeInteger(settings[name]) || numberOf(name) < 1) fail(name, "a positive integer");
  }
  if (settings.numHiddenLayers > MOST_LAYERS) {
    throw new ConfigError(
      `${source}: ${fileName("numHiddenLayers")} is ${settings.numHiddenLayers}; ${MOST_LAYERS} are the most that are built.`,
    );
  }
  for (const name of new Set([...ROWS, ...sizes, "numLabels"])) {
    const rows = (settings as unknown as Record<string, number>)[name]!;
    const elements = rows * settings.hiddenSize;
    if (elements <= MOST_ELEMENTS) continue;
    throw new ConfigError(
      `${source}: ${fileName(name as keyof Settings & string)} (${rows}) times ${fileName("hiddenSize")} ` +
        `(${settings.hiddenSize}) is ${elements}; a tensor has at most ${MOST_ELEMENTS} elements.`,
    );
  }
  for (const name of NOT_NEGATIVE) {
    if (!(Number.isFinite(settings[name]) && settings[name] >= 0)) fail(name, "a number of at least 0");
  }
  const { padTokenId, vocabSize } = settings;
  if (padTokenId !== null && !(Number.isInteger(padTokenId) && padTokenId >= 0 && padTokenId < vocabSize)) {
    fail("padTokenId", `null or one of the ${vocabSize} ids`);
  }
  for (const name of Object.keys(defaults) as (keyof Settings & string)[]) {
    if (!/Dropout(Prob)?$/.test(name)) continue;
    const value: unknown = settings[name];
    if (value === null && name === "classifierDropout") continue;
    if (typeof value !== "number" || !(value >= 0 && value < 1)) {
      fail(name, "a number from 0 up to, not including, 1");
    }
  }
  for (const [name, byDefault] of Object.entries(defaults) as [keyof Settings & string, unknown][]) {
    if (typeof byDefault === "boolean" && typeof settings[name] !== "boolean") fail(name, "true or false");
  }
  for (const [name, known] of Object.entries(words) as [keyof Settings & string, readonly string[]][]) {
    if (!known.includes(settings[name] as string)) fail(name, `one of ${known.join(", ")}`);
  }
  if (settings.hiddenSize % settings.numAttentionHeads !== 0) {
    throw new ConfigError(
      `${source}: ${fileName("numAttentionHeads")} (${settings.numAttentionHeads}) does not divide ` +
        `${fileName("hiddenSize")} (${settings.hiddenSize}); every head needs the same whole number of columns.`,
    );
  }
  check?.(settings, fail);
}

const inWords = (value: unknown) =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
