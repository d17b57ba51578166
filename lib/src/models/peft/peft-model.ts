import { mkdir } from "../../platform/files";
import path from "../../platform/path";
import { ADAPTER_FILE, readAdapterWeights } from "../../checkpoints/adapter";
import type { StateDict } from "../../checkpoints/dtypes";
import { toFloat32 } from "../../checkpoints/float-formats";
import { writeSafetensors } from "../../checkpoints/safetensors-writer";
import { CheckpointError, ConfigError } from "../../errors";
import { setRequiresGrad } from "../freeze";
import type { Linear } from "../layers";
import type { Encoded, EncodeOptions, ForwardOptions, ModelOutput, TaskInputs } from "../model-output";
import { isWithin, type Parameter } from "../module";
import type { PackedBatch } from "../packed-batch";
import { PreTrainedModel } from "../pretrained-model";
import { storage, type SaveOptions } from "../save-options";
import { checkTensor } from "../state-dict";
import { LoraConfig } from "./lora-config";
import { LoraLinear } from "./lora-linear";
import { savedModulesOf, targetModulesOf } from "./target-modules";

/** In front of a parameter's name in PEFT's files. */
const PREFIX = "base_model.model.";

export interface LoadAdapterOptions {
  /** Go on training the adapter. Default false: it is loaded to be used. */
  isTrainable?: boolean;
}

/**
 * A model whose weights stay as they are, with an adapter that is trained: in place of the model for `Trainer`, `evaluate` and
 * the rest. Files hold the adapter alone, in PEFT's format.
 *
 * @see peft.PeftModel
 * @example
 * const adapted = getPeftModel(model, new LoraConfig({ r: 8 }));
 * await adapted.savePretrained("out/adapter"); // the adapter alone, in PEFT's format
 */
export class PeftModel<Output extends object = ModelOutput> extends PreTrainedModel<Output> {
  readonly architecture: string;
  readonly baseModelPrefix: string;
  override readonly tiedWeights: ReadonlyMap<string, string>;
  /** Of the adapter, with what it left open filled in. */
  readonly peftConfig: LoraConfig;
  /** What the adapter consists of, by the model's names. */
  private readonly adapter: Map<string, Parameter>;
  readonly #base: PreTrainedModel<Output>;

  /** As {@link getPeftModel}. */
  constructor(base: PreTrainedModel<Output>, config: LoraConfig = new LoraConfig()) {
    super(base.config, base.context);
    if (base instanceof PeftModel) {
      throw new ConfigError(
        "getPeftModel: this model has an adapter already; mergeAndUnload() makes one without.",
      );
    }
    this.#base = base;
    this.architecture = base.architecture;
    this.baseModelPrefix = base.baseModelPrefix;
    this.tiedWeights = base.tiedWeights;
    const saved = savedModulesOf(base, config);
    const targets = targetModulesOf(base, config);
    this.peftConfig = config.with({
      modulesToSave: saved.length > 0 ? saved : null,
      targetModules: Array.isArray(config.targetModules)
        ? config.targetModules
        : targets.map(({ name }) => name),
      taskType: config.taskType ?? base.peftTaskType,
    });
    for (const [, parameter] of base.namedParameters()) parameter.requiresGrad = false;
    if (saved.length > 0) setRequiresGrad(base, saved, true);
    for (const { name, module, replace } of targets) {
      const rows = base.sequenceModules.some((part) => isWithin(name, part)) ? "sequences" : "tokens";
      const layer = new LoraLinear(module as Linear, this.peftConfig, base.context, rows);
      for (const part of ["lora_A", "lora_B"] as const)
        layer[part].weight.initialize(base.context.seed, `${name}.${part}`);
      replace(layer);
    }
    this.adapter = new Map(Array.from(base.namedParameters()).filter(([, { requiresGrad }]) => requiresGrad));
  }

  /**
   * A model with an adapter from a folder with PEFT's `adapter_config.json` and `adapter_model.safetensors`.
   *
   * @param base  the model that it was trained on; it becomes part of the new one
   * @throws CheckpointError if the files are missing or another model's
   */
  static async fromPretrained<Output extends object>(
    base: PreTrainedModel<Output>,
    directory: string,
    { isTrainable = false }: LoadAdapterOptions = {},
  ): Promise<PeftModel<Output>> {
    const config = await LoraConfig.fromPretrained(directory);
    const weights = await readAdapter(directory);
    checkRank(weights, config.r, directory);
    const model = new PeftModel(base, config);
    try {
      model.loadStateDict(weights, directory);
    } catch (error) {
      model.unload();
      throw error;
    }
    if (!isTrainable) for (const parameter of model.adapter.values()) parameter.requiresGrad = false;
    return model;
  }

  /** The model below the adapter. @see peft.PeftModel.get_base_model */
  getBaseModel(): PreTrainedModel<Output> {
    return this.#base;
  }

  /** "trainable params: 75,266 || all params: 4,460,546 || trainable%: 1.6874" */
  printTrainableParameters(): void {
    const [trainable, all] = [this.numParameters({ onlyTrainable: true }), this.numParameters()];
    const share = ((100 * trainable) / all).toFixed(4);
    const [some, total] = [trainable, all].map((count) => count.toLocaleString("en-US"));
    console.log(`trainable params: ${some} || all params: ${total} || trainable%: ${share}`);
  }

  override describe(): never {
    throw new ConfigError(
      "A model with an adapter cannot be exported: merge it first, model.mergeAndUnload().",
    );
  }

  /** Adds the updates to the weights, and gives back the model, as it was in all else and all of it to be trained. */
  mergeAndUnload(): PreTrainedModel<Output> {
    return this.takeOut((layer) => layer.merge());
  }

  /** Gives back the model without the updates. What `modulesToSave` names keeps its training. */
  unload(): PreTrainedModel<Output> {
    return this.takeOut((layer) => {
      layer.lora_A.weight.dispose();
      layer.lora_B.weight.dispose();
      return layer.original;
    });
  }

  private takeOut(layerOf: (layer: LoraLinear) => Linear): PreTrainedModel<Output> {
    const base = this.#base;
    for (const { module, replace } of base.namedModules())
      if (module instanceof LoraLinear) replace(layerOf(module));
    for (const [, parameter] of base.namedParameters()) parameter.requiresGrad = true;
    return base;
  }

  encode(batch: PackedBatch, options?: EncodeOptions): Encoded {
    return this.#base.encode(batch, options);
  }

  readOut(encoded: Encoded, batch: PackedBatch, inputs: TaskInputs, options: ForwardOptions): Output {
    return this.#base.readOut(encoded, batch, inputs, options);
  }

  override hasLabels(inputs: Pick<TaskInputs, "labels">): boolean {
    return this.#base.hasLabels(inputs);
  }

  override countTargets(inputs: TaskInputs): number {
    return this.#base.countTargets(inputs);
  }

  override isHiddenLabel(label: number): boolean {
    return this.#base.isHiddenLabel(label);
  }

  override checkInputs(inputs: TaskInputs): void {
    this.#base.checkInputs(inputs);
  }

  /** Under the names that they have in the model below, and `….lora_A.weight`, `….lora_B.weight`. */
  override *namedParameters(prefix = ""): Generator<[string, Parameter]> {
    yield* this.#base.namedParameters(prefix);
  }

  /** A copy of the adapter's weights, by the model's names. @see peft.get_peft_model_state_dict */
  override async stateDict(): Promise<StateDict> {
    const weights: StateDict = new Map();
    for (const [name, { shape, value }] of this.adapter) {
      weights.set(name, { dtype: "F32", shape, data: await value.data() });
    }
    return weights;
  }

  override loadStateDict(weights: StateDict, source = "the state dict"): this {
    this.checkStateDict(weights, source);
    for (const [name, parameter] of this.adapter) parameter.set(toFloat32(weights.get(name)!));
    return this;
  }

  override checkStateDict(weights: StateDict, source = "the state dict"): void {
    for (const [name, parameter] of this.adapter) {
      const tensor = weights.get(name);
      if (!tensor) throw new CheckpointError(`${source}: the adapter has no tensor '${PREFIX}${name}'.`);
      checkTensor(parameter, tensor, PREFIX + name, source);
    }
    const unknown = [...weights.keys()].find((name) => !this.adapter.has(name));
    if (unknown === undefined) return;
    throw new CheckpointError(
      `${source}: the adapter's tensor '${PREFIX}${unknown}' has no place in this ${this.architecture}.`,
    );
  }

  override async readStateDict(directory: string): Promise<StateDict> {
    return await readAdapter(directory);
  }

  /** Writes `adapter_config.json` and `adapter_model.safetensors`. @see PreTrainedModel.savePretrained */
  override async savePretrained(directory: string, options: SaveOptions = {}): Promise<void> {
    const { store } = storage(options);
    await mkdir(directory, { recursive: true });
    await this.peftConfig.savePretrained(directory);
    const weights: StateDict = new Map(
      Array.from(store(await this.stateDict()), ([name, tensor]) => [PREFIX + name, tensor]),
    );
    await writeSafetensors(path.join(directory, ADAPTER_FILE), weights, { format: "pt" });
  }
}

/**
 * A model with a new adapter. The model itself becomes part of it: its weights are frozen, but for `modulesToSave`, and its
 * linear layers exchanged.
 *
 * @throws ConfigError where the configuration fits no layer of the model
 * @see peft.get_peft_model
 * @example
 * const peft = getPeftModel(model, new LoraConfig({ r: 8, loraAlpha: 16, loraDropout: 0.1 }));
 * await new Trainer({ model: peft, args, trainDataset }).train();
 * await peft.savePretrained("adapter");
 */
export function getPeftModel<Output extends object>(
  model: PreTrainedModel<Output>,
  config?: LoraConfig,
): PeftModel<Output> {
  return new PeftModel(model, config);
}

/** The adapter's tensors by the model's names. */
async function readAdapter(directory: string): Promise<StateDict> {
  const weights = await readAdapterWeights(directory);
  return new Map(
    Array.from(weights, ([name, tensor]) => {
      if (name.startsWith(PREFIX)) return [name.slice(PREFIX.length), tensor];
      throw new CheckpointError(`${directory}: tensor '${name}' is none of a LoRA adapter.`);
    }),
  );
}

/** Before the adapter is laid out: its configuration could ask for any number of columns. */
function checkRank(weights: StateDict, rank: number, directory: string): void {
  const updates = Array.from(weights).filter(([name]) => name.endsWith(".lora_A.weight"));
  if (updates.length === 0)
    throw new CheckpointError(`${directory}: its weights are none of a LoRA adapter.`);
  for (const [name, { shape }] of updates) {
    if (shape[0] === rank) continue;
    throw new CheckpointError(
      `${directory}: r is ${rank} in its configuration, but '${PREFIX}${name}' has the shape [${shape.join(", ")}]. Are both ` +
        "files of one adapter?",
    );
  }
}
