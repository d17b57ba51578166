import path from "../../platform/path";
import { readJson, writeJson } from "../../checkpoints/json";
import { CheckpointError, ConfigError } from "../../errors";
import { refuseUnknownOptions } from "../../known-options";

/** What a LoRA adapter is, with PEFT's names and defaults. @see peft.LoraConfig */
export interface LoraConfigOptions {
  /** Rank of the updates. Default 8. */
  r?: number;
  /** The updates are multiplied with loraAlpha / r. Default 8. */
  loraAlpha?: number;
  /** Of what goes into the updates, while training. Default 0. */
  loraDropout?: number;
  /**
   * The linear layers that get an update: the ends of their names (`query`, `attention.output.dense`), "all-linear" for all
   * but the head's, or another text, a regular expression of whole names. Default: those of the family, for BERT query and value.
   */
  targetModules?: readonly string[] | string | null;
  /** Parts that are trained and saved whole, by the ends of their names: a new classifier. Default: the head's. */
  modulesToSave?: readonly string[] | null;
  /** Multiply with loraAlpha / sqrt(r) instead (Kalajdzievski 2023). Default false. */
  useRslora?: boolean;
  /** Written to the file, for whoever loads the adapter. Default null. */
  baseModelNameOrPath?: string | null;
  /** What the model is for; written to the file. Default: by its head. */
  taskType?: string | null;
}

const DEFAULTS: Required<LoraConfigOptions> = {
  r: 8,
  loraAlpha: 8,
  loraDropout: 0,
  targetModules: null,
  modulesToSave: null,
  useRslora: false,
  baseModelNameOrPath: null,
  taskType: null,
};

const FILE = "adapter_config.json";

/** By their names in the file. */
const JSON_NAMES: Record<keyof LoraConfigOptions, string> = {
  r: "r",
  loraAlpha: "lora_alpha",
  loraDropout: "lora_dropout",
  targetModules: "target_modules",
  modulesToSave: "modules_to_save",
  useRslora: "use_rslora",
  baseModelNameOrPath: "base_model_name_or_path",
  taskType: "task_type",
};

/** Fields of PEFT's that change what is computed, and the values with which they do not. */
const NOT_TAKEN: Record<string, readonly unknown[]> = {
  bias: ["none"],
  fan_in_fan_out: [false],
  use_dora: [false],
  lora_bias: [false],
  layers_to_transform: [null],
  rank_pattern: [null],
  alpha_pattern: [null],
  exclude_modules: [null],
  layer_replication: [null],
  trainable_token_indices: [null],
  target_parameters: [null],
};

/**
 * @throws ConfigError that names the option with a value that cannot work, or is unknown
 *
 * @example
 * const config = new LoraConfig({ r: 8, loraAlpha: 16, targetModules: ["query", "value"] });
 */
export class LoraConfig implements Required<LoraConfigOptions> {
  declare readonly r: number;
  declare readonly loraAlpha: number;
  declare readonly loraDropout: number;
  declare readonly targetModules: readonly string[] | string | null;
  declare readonly modulesToSave: readonly string[] | null;
  declare readonly useRslora: boolean;
  declare readonly baseModelNameOrPath: string | null;
  declare readonly taskType: string | null;

  constructor(options: LoraConfigOptions = {}) {
    refuseUnknownOptions("LoraConfig", options, Object.keys(DEFAULTS));
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    Object.assign(this, DEFAULTS, Object.fromEntries(given));
    const { r, loraAlpha, loraDropout, targetModules, modulesToSave } = this;
    const wrong = (name: keyof LoraConfigOptions, expected: string) =>
      new ConfigError(`LoraConfig: ${name} is ${JSON.stringify(this[name])}; it has to be ${expected}.`);
    if (!Number.isSafeInteger(r) || r < 1) throw wrong("r", "a positive integer");
    if (!Number.isFinite(loraAlpha)) throw wrong("loraAlpha", "a number");
    if (!(loraDropout >= 0 && loraDropout < 1)) throw wrong("loraDropout", "at least 0 and below 1");
    const isList = (value: unknown) =>
      Array.isArray(value) && value.every((name) => typeof name === "string");
    if (targetModules !== null && typeof targetModules !== "string" && !isList(targetModules)) {
      throw wrong("targetModules", "a text, an array of texts, or null");
    }
    if (modulesToSave !== null && !isList(modulesToSave))
      throw wrong("modulesToSave", "an array of texts, or null");
  }

  /** What the updates are multiplied with. */
  get scaling(): number {
    return this.loraAlpha / (this.useRslora ? Math.sqrt(this.r) : this.r);
  }

  /** The same with other values. */
  with(options: LoraConfigOptions): LoraConfig {
    return new LoraConfig({ ...this, ...options });
  }

  /** Writes `adapter_config.json`, as PEFT does. */
  async savePretrained(directory: string): Promise<void> {
    const own = Object.entries(JSON_NAMES).map(([name, json]) => [
      json,
      this[name as keyof LoraConfigOptions],
    ]);
    await writeJson(path.join(directory, FILE), {
      ...{
        peft_type: "LORA",
        bias: "none",
        fan_in_fan_out: false,
        inference_mode: true,
        init_lora_weights: true,
      },
      ...Object.fromEntries(own),
    });
  }

  /** Reads `adapter_config.json`. @throws CheckpointError if it is none of LoRA's; ConfigError for a kind that is not there */
  static async fromPretrained(directory: string): Promise<LoraConfig> {
    const file = path.join(directory, FILE);
    const json = (await readJson(file)) as Record<string, unknown> | null;
    if (json?.peft_type !== "LORA") {
      throw new CheckpointError(
        `${file}: peft_type is ${JSON.stringify(json?.peft_type)}; this library knows 'LORA'.`,
      );
    }
    for (const [name, harmless] of Object.entries(NOT_TAKEN)) {
      const value = json[name] ?? null;
      if (value === null || harmless.includes(value) || isEmpty(value)) continue;
      throw new ConfigError(`${file}: ${name} is ${JSON.stringify(value)}, which this library does not do.`);
    }
    const options = Object.entries(JSON_NAMES).map(([name, key]) => [name, json[key] ?? undefined]);
    return new LoraConfig(Object.fromEntries(options) as LoraConfigOptions);
  }
}

const isEmpty = (value: unknown) => typeof value === "object" && Object.keys(value as object).length === 0;
