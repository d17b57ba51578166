import { ConfigError } from "../../errors";
import { refuseUnknownOptions } from "../../known-options";
import { setOwn } from "../../own-properties";
import { labelMaps, type LabelOptions } from "../labels";
import type { PretrainedConfig } from "../pretrained-config";
import { checkProblemType, type ProblemType } from "../problem-type";
import { checkSettings } from "./check-settings";

/** What shapes any encoder, under transformers' names in camelCase. */
export interface EncoderSettings {
  vocabSize: number;
  hiddenSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  intermediateSize: number;
  maxPositionEmbeddings: number;
  hiddenDropoutProb: number;
  attentionProbsDropoutProb: number;
  layerNormEps: number;
  /** Standard deviation of newly initialised weights. */
  initializerRange: number;
  /** Row of the word embeddings that is never trained; null: none. */
  padTokenId: number | null;
  /** Dropout before the classifier; `hiddenDropoutProb` where null. */
  classifierDropout: number | null;
}

/** What the constructor of a configuration takes. */
export type ConfigOptions<Settings> = Partial<Settings> & LabelOptions;

/** What is particular to the configuration of a family. */
export interface ConfigShape<Settings extends EncoderSettings> {
  /** The family's name in a `config.json`. */
  modelType: string;
  /** As transformers' configuration class has them. */
  defaults: Settings;
  /** Settings beside those of any encoder that count something, and are therefore positive integers. */
  sizes?: readonly (keyof Settings & string)[];
  /** Settings that are one of some words. */
  words?: Partial<Record<keyof Settings & string, readonly string[]>>;
  /** Names in the file that are not the setting's own in snake_case. */
  fileNames?: Partial<Record<keyof Settings & string, string>>;
  /**
   * Whether positions are counted as fairseq does: the first token's is one more than the id of padding, and tokens of that id count
   * as nothing. Default false: from 0.
   */
  countsFromPadding?: boolean;
  /** What else transformers wants as a float in the file, beside `initializerRange` and `layerNormEps`. */
  fractions?: readonly string[];
  /** Settings that have no place in the file, because the family has them fixed. */
  unwritten?: readonly (keyof Settings & string)[];
  /** Refuses what else cannot work, by calling `fail` with the setting and what it has to be. */
  check?: (settings: Settings, fail: (name: keyof Settings & string, expected: string) => never) => void;
  /** What else the file may say of the computation, and the one value with which it is this library's. */
  fixed?: Readonly<Record<string, string | boolean | number>>;
}

/** A configuration: the settings of its family, the labels, and the way to and from a `config.json`. */
export type EncoderConfig<Settings extends EncoderSettings = EncoderSettings> = Readonly<Settings> &
  PretrainedConfig & {
    /** The same with other values. */
    with(overrides: ConfigOptions<Settings>): EncoderConfig<Settings>;
  };

/** The class of a family's configuration. */
export interface EncoderConfigClass<Settings extends EncoderSettings> {
  /** @throws ConfigError if a value cannot work, naming it */
  new (options?: ConfigOptions<Settings>, source?: string): EncoderConfig<Settings>;
  readonly modelType: string;
  /** Names of what the constructor takes. */
  readonly optionNames: readonly string[];
  /**
   * Reads the object of a `config.json`.
   *
   * @param source     named in errors
   * @param overrides  values that take precedence over the file's
   */
  fromJson<This extends abstract new (...args: never[]) => unknown>(
    this: This,
    json: Record<string, unknown>,
    source: string,
    overrides?: ConfigOptions<Settings>,
  ): InstanceType<This>;
}

/** These describe the labels and the class, and are written anew. */
const WRITTEN_ANEW = ["id2label", "label2id", "num_labels", "problem_type", "model_type", "torch_dtype"];
/** The id of padding where a configuration has none, in families that count positions from it. */
export const FAIRSEQ_PADDING = 1;
const LABEL_OPTIONS = ["numLabels", "id2label", "problemType"];

/**
 * Makes the class of a family's configuration.
 *
 * @see transformers.PretrainedConfig
 * @example
 * class BertConfig extends encoderConfig<BertSettings>({ modelType: "bert", defaults: { … } }) {}
 */
export function encoderConfig<Settings extends EncoderSettings>(
  shape: ConfigShape<Settings>,
): EncoderConfigClass<Settings> {
  const { modelType, defaults, fileNames = {}, unwritten = [], fixed = {} } = shape;
  const { countsFromPadding = false } = shape;
  const names = Object.keys(defaults) as (keyof Settings & string)[];
  const fileName = (name: keyof Settings & string) =>
    (fileNames as Partial<Record<string, string>>)[name] ?? snakeCase(name);
  const settingOf = new Map(
    names.filter((name) => !unwritten.includes(name)).map((name) => [fileName(name), name]),
  );

  return class {
    static readonly modelType = modelType;
    static readonly optionNames: readonly string[] = [...names, ...LABEL_OPTIONS];
    readonly modelType = modelType;
    readonly numLabels: number;
    readonly id2label: Record<number, string>;
    readonly label2id: Record<string, number>;
    problemType: ProblemType | null;
    readonly countsFromPadding = countsFromPadding;
    /** What else stood in the config.json; written back as it was. */
    private rest: Record<string, unknown> = {};

    constructor(options: ConfigOptions<Settings> = {}, source = new.target.name) {
      refuseUnknownOptions(source, options, [...names, ...LABEL_OPTIONS]);
      const { numLabels, id2label, problemType, ...given } = options as LabelOptions;
      const known = Object.entries(given).filter(([, value]) => value !== undefined);
      Object.assign(this, defaults, Object.fromEntries(known));
      const labels = labelMaps({ numLabels, id2label }, source);
      ({ numLabels: this.numLabels, id2label: this.id2label, label2id: this.label2id } = labels);
      this.problemType = checkProblemType(problemType, source);
      checkSettings(this as unknown as Settings & { numLabels: number }, shape, fileName, source);
    }

    get fractions(): readonly string[] {
      return [fileName("initializerRange"), fileName("layerNormEps"), ...(shape.fractions ?? [])];
    }

    get longestSequence(): number {
      const { maxPositionEmbeddings, padTokenId } = this as unknown as Settings;
      return maxPositionEmbeddings - (countsFromPadding ? (padTokenId ?? FAIRSEQ_PADDING) + 1 : 0);
    }

    static fromJson(
      json: Record<string, unknown>,
      source: string,
      overrides: ConfigOptions<Settings> = {},
    ): unknown {
      for (const [key, value] of Object.entries({ is_decoder: false, ...fixed })) {
        const found = json[key] ?? value;
        if (found === value) continue;
        throw new ConfigError(
          `${source}: ${key} is ${inWords(found)}; of a ${modelType} this library knows ${inWords(value)} only.`,
        );
      }
      const options: Record<string, unknown> = {};
      const rest: Record<string, unknown> = {};
      for (const [key, value] of Object.entries(json)) {
        const name = settingOf.get(key);
        if (name !== undefined) options[name] = value;
        else if (!WRITTEN_ANEW.includes(key)) setOwn(rest, key, value);
      }
      const config = new this({ ...options, ...fileLabels(json, overrides), ...overrides }, source);
      config.rest = rest;
      return config;
    }

    with(overrides: ConfigOptions<Settings>): unknown {
      const Class = this.constructor as unknown as { fromJson: (...args: unknown[]) => unknown };
      return Class.fromJson(this.toJson(), `${this.constructor.name}.with`, overrides);
    }

    toJson(): Record<string, unknown> {
      const settings = Array.from(settingOf, ([key, name]) => [
        key,
        (this as unknown as Record<string, unknown>)[name],
      ]);
      return {
        ...Object.fromEntries(Object.entries(fixed).filter(([, value]) => typeof value === "string")),
        ...this.rest,
        model_type: modelType,
        ...(Object.fromEntries(settings) as Record<string, unknown>),
        id2label: this.id2label,
        label2id: this.label2id,
        ...(this.problemType && { problem_type: this.problemType }),
      };
    }
  } as unknown as EncoderConfigClass<Settings>;
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

const inWords = (value: unknown) => (typeof value === "string" ? `'${value}'` : JSON.stringify(value));
const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
