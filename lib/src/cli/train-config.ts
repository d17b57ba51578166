import { readFile } from "node:fs/promises";
import { ConfigError } from "../errors";
import { refuseUnknownOptions } from "../known-options";
import type { TrainingArgumentsOptions } from "../training/training-arguments";
import { UsageError } from "./usage";

/** What `finetune train` does: the keys of its configuration file. */
export interface TrainConfig {
  /** A file, a folder, an embedded dataset or a name on the Hub. */
  dataset: string;
  /** Of a dataset that has several, such as "sst2" of "glue". */
  datasetConfig?: string;
  textColumn?: string;
  labelColumn?: string;
  /** A folder, an embedded checkpoint or a name on the Hub. Default "bert-3x384", which comes with the package. */
  model: string;
  /** Where checkpoints and at last the model go. */
  output: string;
  /** Tokens of a text; what is longer is cut. Default: what the model takes. */
  maxLength?: number;
  /** Go on from the last checkpoint in `output`. Default false. */
  resume: boolean;
  /** Every one of TrainingArguments but `outputDir`. */
  training: Partial<TrainingArgumentsOptions>;
}

const KEYS: readonly (keyof TrainConfig)[] = [
  ...(["dataset", "datasetConfig", "textColumn", "labelColumn", "model", "output"] as const),
  ...(["maxLength", "resume", "training"] as const),
];

/** How a run is made, unless it is told otherwise. */
const DEFAULTS: Partial<TrainingArgumentsOptions> = {
  evalStrategy: "epoch",
  saveStrategy: "epoch",
  loadBestModelAtEnd: true,
  metricForBestModel: "accuracy",
  saveTotalLimit: 2,
};

/** Options of the command line, in place of what the file says. */
export const TRAIN_OPTIONS = {
  model: { type: "string" },
  output: { type: "string" },
  "max-length": { type: "string" },
  epochs: { type: "string" },
  "batch-size": { type: "string" },
  "learning-rate": { type: "string" },
  "max-steps": { type: "string" },
  seed: { type: "string" },
  bf16: { type: "boolean" },
  resume: { type: "boolean" },
  "push-to-hub": { type: "string" },
  private: { type: "boolean" },
  set: { type: "string", multiple: true },
} as const;

/** Short names of training arguments. */
const NUMBERS: readonly [option: string, argument: keyof TrainingArgumentsOptions][] = [
  ["epochs", "numTrainEpochs"],
  ["batch-size", "perDeviceTrainBatchSize"],
  ["learning-rate", "learningRate"],
  ["max-steps", "maxSteps"],
  ["seed", "seed"],
];

type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/**
 * The configuration of a run: the file's, and over it the command line's.
 *
 * @throws UsageError if dataset or output are not told, ConfigError for a file that cannot be read or a key that there is not
 */
export async function trainConfig(file: string | undefined, values: Values): Promise<TrainConfig> {
  const given = file === undefined ? {} : await readConfig(file);
  const text = (option: string, key: keyof TrainConfig): string | undefined => {
    const value = values[option] ?? given[key];
    if (value === undefined || typeof value === "string") return value;
    throw new ConfigError(`${file}: ${key} is a text, not ${JSON.stringify(value)}.`);
  };
  const dataset = text("dataset", "dataset");
  const output = text("output", "output");
  if (dataset === undefined) throw new UsageError("train: which dataset? --dataset, or a configuration file");
  if (output === undefined) throw new UsageError("train: where to? --output DIRECTORY");
  const maxLength = values["max-length"] === undefined ? given.maxLength : numberOf("max-length", values);
  return {
    dataset,
    output,
    model: text("model", "model") ?? "bert-3x384",
    datasetConfig: text("dataset-config", "datasetConfig"),
    textColumn: text("text-column", "textColumn"),
    labelColumn: text("label-column", "labelColumn"),
    maxLength,
    resume: values.resume === true || given.resume === true,
    training: { ...DEFAULTS, ...given.training, ...trainingOf(values) },
  };
}

async function readConfig(file: string): Promise<Partial<TrainConfig>> {
  let config: unknown;
  try {
    config = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new ConfigError(`${file}: ${(error as Error).message}.`, { cause: error });
  }
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    throw new ConfigError(`${file}: the configuration of a run is an object: ${KEYS.join(", ")}.`);
  }
  refuseUnknownOptions(file, config, KEYS);
  const { training } = config as Partial<TrainConfig>;
  if (training !== undefined && Object.hasOwn(training, "outputDir")) {
    throw new ConfigError(`${file}: training has outputDir; the place is "output".`);
  }
  return config;
}

function trainingOf(values: Values): Partial<TrainingArgumentsOptions> {
  const training: Record<string, unknown> = {};
  for (const [option, argument] of NUMBERS) {
    if (values[option] !== undefined) training[argument] = numberOf(option, values);
  }
  if (values.bf16 === true) training.bf16 = true;
  for (const assignment of (values.set ?? []) as string[]) {
    const [, name, text] = /^(\w+)=(.*)$/s.exec(assignment) ?? [];
    if (name === undefined || text === undefined || name === "outputDir") {
      throw new UsageError(`--set takes ARGUMENT=VALUE, one of TrainingArguments, not "${assignment}"`);
    }
    Object.defineProperty(training, name, { value: valueOf(text), enumerable: true, configurable: true });
  }
  return training;
}

/** JSON where it is some, else the text itself: 3, true, null, "epoch" and epoch. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function numberOf(option: string, values: Values): number {
  const value = Number(values[option]);
  if (values[option] === "" || !Number.isFinite(value)) {
    throw new UsageError(`--${option} is a number, not "${String(values[option])}"`);
  }
  return value;
}
