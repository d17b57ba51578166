import { readFileSync } from "node:fs";
import path from "node:path";
import {
  ConfigError,
  type BertConfigOptions,
  type DistillationOptions,
  type TrainingArgumentsOptions,
} from "../../lib/src/index";

/** Where texts come from. Paths are relative to the config. */
export type TextSource =
  /** A column of one split of a dataset, as `loadDataset` loads it; labels are not looked at. */
  | { dataset: string; split: string; column: string; licence: string }
  /** Each line of a file. */
  | { lines: string; licence: string }
  /** Glosses and examples of a WordNet 3 database folder. */
  | { wordnet: string; licence: string }
  /** Reviews made by data/make-reviews.ts, other ones than those of the dataset. */
  | { reviews: number; seed: number; licence: string };

/** All that a pretraining run depends on. */
export interface PretrainConfig {
  texts: readonly TextSource[];
  /** Texts kept apart, on which the loss is evaluated. */
  heldOut: number;
  /** Tokens of a text at most. */
  maxLength: number;
  /** A vocabulary trained on the texts, or the most used part of a checkpoint's. */
  vocabulary: { train: number } | { from: string; size: number };
  /** A new model, or some of the layers of a checkpoint. */
  model: ({ config: BertConfigOptions } | { from: string; layers: readonly number[] }) & {
    /** Dropout while pretraining; the checkpoint says 0.1, as fine-tuning wants it. Default 0.1. */
    dropout?: number;
  };
  /** Masked tokens are to be found, or a teacher is to be followed. */
  objective:
    | { maskedLanguage: { mlmProbability?: number; wholeWordMask?: boolean } }
    | ({ teacher: string } & DistillationOptions);
  arguments: TrainingArgumentsOptions;
  seed: number;
  /** Folder for the finished checkpoint, and how its weights are kept. */
  output: { directory: string; dtype: "float32" | "float16" | "bfloat16" };
}

const KEYS: readonly (keyof PretrainConfig)[] = [
  "texts",
  "heldOut",
  "maxLength",
  "vocabulary",
  "model",
  "objective",
  "arguments",
  "seed",
  "output",
];

/** @throws ConfigError that names a key that is missing or unknown */
export function readConfig(file: string): PretrainConfig {
  let config: PretrainConfig;
  try {
    config = JSON.parse(readFileSync(file, "utf8")) as PretrainConfig;
  } catch (error) {
    throw new ConfigError(`${file}: cannot be read as JSON: ${(error as Error).message}`);
  }
  checkKeys(file, config, [KEYS]);
  for (const [index, source] of config.texts.entries())
    checkKeys(`${file}, texts[${index}]`, source, SOURCES);
  checkKeys(`${file}, vocabulary`, config.vocabulary, [["train"], ["from", "size"]]);
  checkKeys(`${file}, model`, config.model, [["config"], ["from", "layers"]], ["dropout"]);
  checkKeys(`${file}, output`, config.output, [["directory", "dtype"]]);
  return config;
}

const SOURCES = [["dataset", "split", "column"], ["lines"], ["wordnet"], ["reviews", "seed"]].map((keys) => [
  ...keys,
  "licence",
]);

/**
 * @param forms     the sets of keys of which one has to be there, whole
 * @param optional  keys that may be there too
 */
function checkKeys(
  where: string,
  value: unknown,
  forms: readonly (readonly string[])[],
  optional: readonly string[] = [],
): void {
  const found = Object.keys(value ?? {});
  // What is meant is the form that shares most keys with what is there.
  const shared = (form: readonly string[]) => form.filter((key) => found.includes(key)).length;
  const meant = forms.reduce((best, form) => (shared(form) > shared(best) ? form : best));
  const known = [...meant, ...optional];
  const unknown = found.find((key) => !known.includes(key));
  const there = forms.map((form) => [...form, ...optional].join(", ")).join("; or ");
  if (unknown !== undefined)
    throw new ConfigError(`${where}: there is no key '${unknown}'; there are ${there}.`);
  const missing = meant.find((key) => !found.includes(key));
  if (missing !== undefined) throw new ConfigError(`${where}: the key '${missing}' is missing.`);
}

/** A path of the config as one that can be opened. */
export const resolveFrom = (configFile: string) => (given: string) =>
  path.resolve(path.dirname(configFile), given);
