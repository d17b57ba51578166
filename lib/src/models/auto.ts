import path from "node:path";
import { readJson } from "../checkpoints/json";
import { resolveCheckpoint } from "../checkpoints/resolve";
import { readStateDict } from "../checkpoints/state-dict";
import { currentEngine } from "../engines/engines";
import { ConfigError } from "../errors";
import { BertConfig, type BertConfigOptions } from "./bert/configuration";
import { BertForSequenceClassification } from "./bert/for-sequence-classification";
import { describeLoadReport, loadWeights, type LoadWeightsOptions } from "./load-weights";

/** Reads the configuration of a checkpoint. @see transformers.AutoConfig */
export const AutoConfig = {
  /**
   * @param nameOrDir  a folder with a `config.json`, or the name of an embedded checkpoint
   * @param overrides  values that take precedence over the file's, such as `numLabels`
   * @throws CheckpointError if there is no such file; ConfigError if it describes something other than a BERT
   */
  async fromPretrained(nameOrDir: string, overrides: BertConfigOptions = {}): Promise<BertConfig> {
    const file = path.join(resolveCheckpoint(nameOrDir), "config.json");
    const json = await readJson(file);
    if (typeof json !== "object" || json === null || Array.isArray(json)) {
      throw new ConfigError(`${file}: is no JSON object.`);
    }
    const { model_type: type = "bert" } = json as { model_type?: unknown };
    if (type !== "bert") {
      throw new ConfigError(`${file}: model_type is '${String(type)}'; this library knows 'bert'.`);
    }
    return BertConfig.fromJson(json as Record<string, unknown>, file, overrides);
  },
};

export interface FromConfigOptions {
  /** Of the new weights and of dropout. Default 42, as in transformers' TrainingArguments. */
  seed?: number;
}

export interface FromPretrainedOptions extends BertConfigOptions, FromConfigOptions, LoadWeightsOptions {
  /** A whole configuration, instead of the checkpoint's. */
  config?: BertConfig;
}

/** A model that classifies sequences. @see transformers.AutoModelForSequenceClassification */
export const AutoModelForSequenceClassification = {
  /** A model of the given shape with new weights. */
  async fromConfig(
    config: BertConfig,
    { seed = 42 }: FromConfigOptions = {},
  ): Promise<BertForSequenceClassification> {
    await currentEngine();
    return new BertForSequenceClassification(config, seed).initializeWeights();
  },

  /**
   * A model with the weights of a checkpoint. Weights that it lacks (a new classifier's, as a rule) are initialised, and
   * a warning names them.
   *
   * @param nameOrDir  a folder with `config.json` and weights, or the name of an embedded checkpoint
   * @throws CheckpointError if files are missing or damaged, or a weight has the wrong shape
   */
  async fromPretrained(
    nameOrDir: string,
    options: FromPretrainedOptions = {},
  ): Promise<BertForSequenceClassification> {
    const { config: given, seed = 42, ignoreMismatchedSizes, ...overrides } = options;
    const directory = resolveCheckpoint(nameOrDir);
    const config = given ?? (await AutoConfig.fromPretrained(nameOrDir, overrides));
    const weights = await readStateDict(directory);
    await currentEngine();
    const model = new BertForSequenceClassification(config, seed);
    const report = loadWeights(model, weights, directory, { ignoreMismatchedSizes });
    for (const line of describeLoadReport(report, model.architecture, nameOrDir)) console.warn(line);
    return model;
  },
};
