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
  const found = Object.keys(config as object).filter((key) => key !== "$comment");
  const unknown = found.find((key) => !(KEYS as readonly string[]).includes(key));
  if (unknown !== undefined)
    throw new ConfigError(`${file}: there is no key '${unknown}'; there are ${KEYS.join(", ")}.`);
  const missing = KEYS.find((key) => !found.includes(key));
  if (missing !== undefined) throw new ConfigError(`${file}: the key '${missing}' is missing.`);
  return config;
}

/** A path of the config as one that can be opened. */
export const resolveFrom = (configFile: string) => (given: string) =>
  path.resolve(path.dirname(configFile), given);
