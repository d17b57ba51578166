import { existsSync } from "../platform/files";
import path from "../platform/path";
import { hasAdapter } from "../checkpoints/adapter";
import { readJson } from "../checkpoints/json";
import { resolveCheckpoint } from "../checkpoints/resolve";
import { readStateDict } from "../checkpoints/state-dict";
import { currentEngine } from "../engines/engines";
import { ConfigError } from "../errors";
import { HUB_OPTIONS, type HubOptions, splitHubOptions } from "../hub/settings";
import { refuseUnknownOptions } from "../known-options";
import type { EncoderConfig } from "./encoder/configuration";
import { CONFIG_OPTIONS, familyOf, FAMILIES, type ConfigOverrides } from "./families";
import type { Family, ModelClass } from "./family";
import { multipleChoiceModel } from "./heads/multiple-choice";
import { QuestionAnsweringModel } from "./heads/question-answering";
import { SentenceEmbeddingModel } from "./heads/sentence-embedding";
import { TokenClassificationModel } from "./heads/token-classification";
import { describeLoadReport, loadWeights, type LoadWeightsOptions } from "./load-weights";
import type { PreTrainedModel } from "./pretrained-model";
import { warn } from "../notices";

/**
 * Reads the configuration of a checkpoint.
 *
 * @see transformers.AutoConfig
 *
 * @example
 * const config = await AutoConfig.fromPretrained("bert-base-uncased", { numLabels: 3 });
 */
export const AutoConfig = {
  /**
   * @param nameOrDir  a folder with a `config.json`, the name of an embedded checkpoint, or of a model on the Hub
   * @param options    values that take precedence over the file's, such as `numLabels`; revision, token, cache of the Hub
   * @throws CheckpointError if there is no such file; HubError if the Hub does not give it; ConfigError if it describes a
   *   model of no known family, or the options have something that its family does not have
   */
  async fromPretrained(
    nameOrDir: string,
    options: ConfigOverrides & HubOptions = {},
  ): Promise<EncoderConfig> {
    refuseUnknownOptions("AutoConfig.fromPretrained", options, [...CONFIG_OPTIONS, ...HUB_OPTIONS]);
    const [hub, overrides] = splitHubOptions(options);
    const directory = await resolveCheckpoint(nameOrDir, ["config"], hub);
    const file = path.join(directory, "config.json");
    // Says what to do with it.
    if (hasAdapter(directory) && !existsSync(file)) await readStateDict(directory);
    const json = await readJson(file);
    if (typeof json !== "object" || json === null || Array.isArray(json)) {
      throw new ConfigError(`${file}: is no JSON object.`);
    }
    const { model_type: type = "bert" } = json as { model_type?: unknown };
    const family = familyOf(type);
    if (!family) {
      const known = FAMILIES.map(({ configuration }) => `'${configuration.modelType}'`).join(", ");
      throw new ConfigError(`${file}: model_type is '${String(type)}'; this library knows ${known}.`);
    }
    const { configuration } = family;
    refuseUnknownOptions(`AutoConfig of a ${String(type)}`, overrides, configuration.optionNames);
    return configuration.fromJson(json as Record<string, unknown>, file, overrides) as EncoderConfig;
  },
};

export interface FromConfigOptions {
  /** Of the new weights and of dropout. Default 42, as in transformers' TrainingArguments. */
  seed?: number;
}

export interface FromPretrainedOptions
  extends ConfigOverrides, FromConfigOptions, LoadWeightsOptions, HubOptions {
  /** A whole configuration, instead of the checkpoint's. */
  config?: EncoderConfig;
}

const FROM_PRETRAINED_OPTIONS: readonly string[] = [
  ...CONFIG_OPTIONS,
  ...HUB_OPTIONS,
  "config",
  "seed",
  "ignoreMismatchedSizes",
];

/** How models of one task are made, whatever their family. @see transformers' AutoModel classes */
export interface AutoModelClass<Model> {
  /** A model of the given shape with new weights. */
  fromConfig(config: EncoderConfig, options?: FromConfigOptions): Promise<Model>;

  /**
   * A model with the weights of a checkpoint. Weights that it lacks (a new classifier's, as a rule) are initialised, and
   * a warning names them.
   *
   * @param nameOrDir  a folder with `config.json` and weights, the name of an embedded checkpoint, or of a model on the Hub
   * @throws CheckpointError if files are missing or damaged, or a weight has the wrong shape; HubError if the Hub does
   *   not give them
   */
  fromPretrained(nameOrDir: string, options?: FromPretrainedOptions): Promise<Model>;
}

/** Where each family has a class of its own for the task. */
const ofClass =
  <Model>(classOf: (family: Family) => ModelClass<Model>) =>
  (family: Family, config: EncoderConfig, seed: number): Model =>
    new (classOf(family))(config as never, seed);

/** Where one class serves all families. */
const ofFamily =
  <Model>(Class: new (family: Family, config: EncoderConfig, seed: number) => Model) =>
  (family: Family, config: EncoderConfig, seed: number): Model =>
    new Class(family, config, seed);

function autoModel<Output extends object, Model extends PreTrainedModel<Output>>(
  make: (family: Family, config: EncoderConfig, seed: number) => Model,
): AutoModelClass<Model> {
  const modelOf = (config: EncoderConfig, seed: number) => make(familyOf(config.modelType)!, config, seed);
  return {
    async fromConfig(config, options = {}) {
      refuseUnknownOptions("fromConfig", options, ["seed"]);
      const { seed = 42 } = options;
      await currentEngine();
      return modelOf(config, seed).initializeWeights();
    },

    async fromPretrained(nameOrDir, options = {}) {
      refuseUnknownOptions("fromPretrained", options, FROM_PRETRAINED_OPTIONS);
      const [hub, { config: given, seed = 42, ignoreMismatchedSizes, ...overrides }] =
        splitHubOptions(options);
      const readConfig = (folder: string) => AutoConfig.fromPretrained(folder, overrides);
      // A model that this library does not know is refused before its weights are downloaded.
      const directory = await resolveCheckpoint(
        nameOrDir,
        given ? ["weights"] : ["config", "weights"],
        hub,
        async (folder) => void (await readConfig(folder)),
      );
      const config = given ?? (await readConfig(directory));
      const { mapFile } = await currentEngine();
      const weights = await readStateDict(directory, { mapFile });
      const model = modelOf(config, seed);
      const report = loadWeights(model, weights, directory, { ignoreMismatchedSizes });
      for (const line of describeLoadReport(report, model.architecture, nameOrDir)) warn(line);
      return model;
    },
  };
}

/**
 * A body without a head: what it makes of each token.
 *
 * @see transformers.AutoModel
 *
 * @example
 * const encoder = await AutoModel.fromPretrained("bert-base-uncased");
 */
export const AutoModel = autoModel(ofClass((family) => family.model));

/**
 * A model that classifies sequences.
 *
 * @see transformers.AutoModelForSequenceClassification
 *
 * @example
 * const model = await AutoModelForSequenceClassification.fromPretrained("bert-base-uncased", {
 *   id2label: { 0: "negative", 1: "positive" },
 * });
 */
export const AutoModelForSequenceClassification = autoModel(
  ofClass((family) => family.forSequenceClassification),
);

/**
 * A model that predicts masked tokens.
 *
 * @see transformers.AutoModelForMaskedLM
 *
 * @example
 * const model = await AutoModelForMaskedLM.fromPretrained("bert-base-uncased");
 * const fill = pipeline("fill-mask", { model, tokenizer });
 */
export const AutoModelForMaskedLM = autoModel(ofClass((family) => family.forMaskedLM));

/**
 * A model that labels each token.
 *
 * @see transformers.AutoModelForTokenClassification
 *
 * @example
 * const model = await AutoModelForTokenClassification.fromPretrained("distilbert-base-cased", {
 *   id2label: { 0: "O", 1: "B-PER", 2: "I-PER" },
 * });
 */
export const AutoModelForTokenClassification = autoModel(ofFamily(TokenClassificationModel));

/**
 * A model that finds where in a text the answer to a question stands.
 *
 * @see transformers.AutoModelForQuestionAnswering
 *
 * @example
 * const model = await AutoModelForQuestionAnswering.fromPretrained("distilbert-base-cased");
 */
export const AutoModelForQuestionAnswering = autoModel(ofFamily(QuestionAnsweringModel));

/**
 * A model that chooses the best of several endings, answers, …
 *
 * @see transformers.AutoModelForMultipleChoice
 *
 * @example
 * const model = await AutoModelForMultipleChoice.fromPretrained("bert-base-uncased");
 */
export const AutoModelForMultipleChoice = autoModel(multipleChoiceModel);

/**
 * A model that places texts such that those of the same meaning lie near each other.
 *
 * @see sentence-transformers, SentenceTransformer
 *
 * @example
 * const model = await AutoModelForSentenceEmbedding.fromPretrained("sentence-transformers/all-MiniLM-L6-v2");
 */
export const AutoModelForSentenceEmbedding = autoModel(ofFamily(SentenceEmbeddingModel));
