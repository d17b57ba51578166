import { ConfigError } from "../../errors";
import { refuseUnknownOptions } from "../../known-options";
import { labelMaps, type LabelMaps, type LabelOptions } from "../labels";
import { checkProblemType, type ProblemType } from "../problem-type";
import { setOwn } from "../../own-properties";

/** Everything that shapes a BERT, under transformers' names in camelCase, with bert-base-uncased's values. */
const DEFAULTS = {
  vocabSize: 30522,
  hiddenSize: 768,
  numHiddenLayers: 12,
  numAttentionHeads: 12,
  intermediateSize: 3072,
  maxPositionEmbeddings: 512,
  typeVocabSize: 2,
  hiddenDropoutProb: 0.1,
  attentionProbsDropoutProb: 0.1,
  layerNormEps: 1e-12,
  /** Standard deviation of newly initialised weights. */
  initializerRange: 0.02,
  /** Row of the word embeddings that is never trained; null: none. */
  padTokenId: 0 as number | null,
};

type BertNumbers = typeof DEFAULTS;
type BertNumber = keyof BertNumbers;
type BertSize = Exclude<BertNumber, "padTokenId">;

const SIZES: readonly BertSize[] = [
  "vocabSize",
  "hiddenSize",
  "numHiddenLayers",
  "numAttentionHeads",
  "intermediateSize",
  "maxPositionEmbeddings",
  "typeVocabSize",
];
/** What has as many rows of `hiddenSize` columns: the largest weights. */
const ROWS = [
  ...(["vocabSize", "hiddenSize", "intermediateSize", "maxPositionEmbeddings", "typeVocabSize"] as const),
  "numLabels",
] as const;
/** A shape of more is none that any engine takes. */
const MOST_ELEMENTS = 2 ** 31 - 1;
/** Hundreds of times those of the deepest BERT. */
const MOST_LAYERS = 1000;
const PROBABILITIES: readonly BertSize[] = ["hiddenDropoutProb", "attentionProbsDropoutProb"];
const NOT_NEGATIVE: readonly BertSize[] = ["layerNormEps", "initializerRange"];

export interface BertConfigOptions extends Partial<BertNumbers>, LabelOptions {
  /** Dropout before the classifier; `hiddenDropoutProb` where null. */
  classifierDropout?: number | null;
}

/**
 * The configuration of a BERT.
 *
 * @throws ConfigError if a value cannot work, naming it
 * @see transformers.BertConfig
 * @example
 * const config = new BertConfig({ hiddenSize: 128, numHiddenLayers: 2, numAttentionHeads: 2, intermediateSize: 512 });
 */
export class BertConfig implements BertNumbers, LabelMaps {
  readonly modelType = "bert";
  declare readonly vocabSize: number;
  declare readonly hiddenSize: number;
  declare readonly numHiddenLayers: number;
  declare readonly numAttentionHeads: number;
  declare readonly intermediateSize: number;
  declare readonly maxPositionEmbeddings: number;
  declare readonly typeVocabSize: number;
  declare readonly hiddenDropoutProb: number;
  declare readonly attentionProbsDropoutProb: number;
  declare readonly layerNormEps: number;
  declare readonly initializerRange: number;
  declare readonly padTokenId: number | null;
  readonly classifierDropout: number | null;
  readonly numLabels: number;
  readonly id2label: Record<number, string>;
  readonly label2id: Record<string, number>;
  problemType: ProblemType | null;
  /** Names of what the constructor takes. */
  static readonly optionNames: readonly string[] = [
    ...Object.keys(DEFAULTS),
    "classifierDropout",
    "numLabels",
    "id2label",
    "problemType",
  ];
  /** What else stood in the config.json; written back as it was. */
  private rest: Record<string, unknown> = {};

  constructor(options: BertConfigOptions = {}, source = "BertConfig") {
    refuseUnknownOptions(source, options, BertConfig.optionNames);
    const { classifierDropout = null, numLabels, id2label, problemType, ...numbers } = options;
    const given = Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined));
    Object.assign(this, DEFAULTS, given);
    this.classifierDropout = classifierDropout;
    ({
      numLabels: this.numLabels,
      id2label: this.id2label,
      label2id: this.label2id,
    } = labelMaps({ numLabels, id2label }, source));
    this.problemType = checkProblemType(problemType, source);
    this.check(source);
  }

  /**
   * Reads the object of a `config.json`.
   *
   * @param source     named in errors
   * @param overrides  values that take precedence over the file's
   */
  static fromJson(
    json: Record<string, unknown>,
    source: string,
    overrides: BertConfigOptions = {},
  ): BertConfig {
    const {
      hidden_act: act = "gelu",
      position_embedding_type: position = "absolute",
      is_decoder: decoder,
    } = json;
    if (act !== "gelu") throw unsupported(source, "hidden_act", act, "'gelu'");
    if (position !== "absolute") throw unsupported(source, "position_embedding_type", position, "'absolute'");
    if (decoder === true) throw unsupported(source, "is_decoder", decoder, "false");

    const options: Record<string, unknown> = {};
    const rest: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(json)) {
      const name = camelCase(key);
      if (Object.hasOwn(DEFAULTS, name) || name === "classifierDropout") options[name] = value;
      else setOwn(rest, key, value);
    }
    const config = new BertConfig({ ...options, ...fileLabels(json, overrides), ...overrides }, source);
    // torch_dtype is the old name of dtype, which every save writes anew.
    for (const key of ["id2label", "label2id", "num_labels", "problem_type", "model_type", "torch_dtype"]) {
      delete rest[key];
    }
    config.rest = rest;
    return config;
  }

  /** The same with other values. */
  with(overrides: BertConfigOptions): BertConfig {
    return BertConfig.fromJson(this.toJson(), "BertConfig.with", overrides);
  }

  /** The object that goes into a `config.json`, under transformers' names. */
  toJson(): Record<string, unknown> {
    const numbers = Object.keys(DEFAULTS).map((name) => [snakeCase(name), this[name as BertNumber]]);
    return {
      ...{ hidden_act: "gelu", position_embedding_type: "absolute" },
      ...this.rest,
      model_type: this.modelType,
      ...(Object.fromEntries(numbers) as Record<string, number>),
      classifier_dropout: this.classifierDropout,
      id2label: this.id2label,
      label2id: this.label2id,
      ...(this.problemType && { problem_type: this.problemType }),
    };
  }

  private check(source: string): void {
    for (const name of SIZES) {
      if (!Number.isSafeInteger(this[name]) || this[name] < 1) {
        throw new ConfigError(
          `${source}: ${snakeCase(name)} is ${String(this[name])}; it has to be a positive integer.`,
        );
      }
    }
    if (this.numHiddenLayers > MOST_LAYERS) {
      throw new ConfigError(
        `${source}: num_hidden_layers is ${this.numHiddenLayers}; ${MOST_LAYERS} are the most that are built.`,
      );
    }
    for (const name of ROWS) {
      const elements = this[name] * this.hiddenSize;
      if (elements <= MOST_ELEMENTS) continue;
      throw new ConfigError(
        `${source}: ${snakeCase(name)} (${this[name]}) times hidden_size (${this.hiddenSize}) is ${elements}; a tensor ` +
          `has at most ${MOST_ELEMENTS} elements.`,
      );
    }
    for (const name of NOT_NEGATIVE) {
      if (!(Number.isFinite(this[name]) && this[name] >= 0)) {
        throw new ConfigError(
          `${source}: ${snakeCase(name)} is ${String(this[name])}; it has to be a number of at least 0.`,
        );
      }
    }
    const { padTokenId, vocabSize } = this;
    if (padTokenId !== null && !(Number.isInteger(padTokenId) && padTokenId >= 0 && padTokenId < vocabSize)) {
      throw new ConfigError(
        `${source}: pad_token_id is ${String(padTokenId)}; it has to be null or one of the ${vocabSize} ids.`,
      );
    }
    for (const name of PROBABILITIES) checkProbability(source, snakeCase(name), this[name]);
    if (this.classifierDropout !== null)
      checkProbability(source, "classifier_dropout", this.classifierDropout);
    if (this.hiddenSize % this.numAttentionHeads !== 0) {
      throw new ConfigError(
        `${source}: num_attention_heads (${this.numAttentionHeads}) does not divide hidden_size (${this.hiddenSize}); ` +
          "every head needs the same whole number of columns.",
      );
    }
  }
}

/** The labels of the file, unless the overrides ask for others: with the same number of labels its names and their problem stay. */
function fileLabels(json: Record<string, unknown>, overrides: LabelOptions): LabelOptions {
  const {
    id2label,
    num_labels,
    problem_type: problemType,
  } = json as { id2label?: Record<number, string> | null; num_labels?: number; problem_type?: ProblemType };
  const count = id2label ? Object.keys(id2label).length : num_labels;
  const { numLabels: asked, id2label: names } = overrides;
  const askedCount = asked ?? (names && Object.keys(names).length);
  if (askedCount !== undefined && askedCount !== (count ?? 2)) return {};
  if (names) return { problemType };
  return id2label ? { id2label, problemType } : { numLabels: num_labels, problemType };
}

function checkProbability(source: string, name: string, value: unknown): void {
  if (typeof value !== "number" || !(value >= 0 && value < 1)) {
    throw new ConfigError(
      `${source}: ${name} is ${String(value)}; it has to be a number from 0 up to, not including, 1.`,
    );
  }
}

function unsupported(source: string, key: string, found: unknown, expected: string): ConfigError {
  return new ConfigError(`${source}: ${key} is '${String(found)}'; this BERT knows ${expected} only.`);
}

const camelCase = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
