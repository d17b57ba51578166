import { mkdir } from "../platform/files";
import path from "../platform/path";
import * as tf from "../tfjs";
import type { StateDict } from "../checkpoints/dtypes";
import { writeJson } from "../checkpoints/json";
import { ConfigError } from "../errors";
import { writeSafetensors } from "../checkpoints/safetensors-writer";
import { readStateDict } from "../checkpoints/state-dict";
import { pushToHub, type PushedCommit, type PushOptions } from "../hub/push";
import { padSequences } from "../ops/packed-sequences";
import type {
  Answers,
  Encoded,
  EncodeOptions,
  ForwardOptions,
  HiddenStates,
  ModelOutput,
  TaskInputs,
} from "./model-output";
import type { GraphBuilder, GraphOutputs } from "./graph-builder";
import { Module, type ModelContext } from "./module";
import { packBatch, type PackedBatch } from "./packed-batch";
import type { PretrainedConfig } from "./pretrained-config";
import { setRequiresGrad } from "./freeze";
import { storage, type SaveOptions } from "./save-options";
import { checkStateDict, loadStateDictInto, stateDictOf } from "./state-dict";
import { refuseUnknownOptions } from "../known-options";

/**
 * What training, inference and export know of a model, whatever its family and task: a forward pass with a loss, named
 * parameters, a training switch, and a way to and from files.
 *
 * @typeParam Output  what `forward` returns; a body without a head has no logits
 * @example
 * const { logits, loss } = model.forward({ ...tokenizer(["Fine."], { returnTensors: "tf" }) });
 * model.freeze("bert.embeddings");
 * await model.savePretrained("out/my-model", { dtype: "float16" });
 */
export abstract class PreTrainedModel<Output extends object = ModelOutput> extends Module {
  /** Name of the class in transformers, written to config.json. */
  abstract readonly architecture: string;

  /** In front of the names of the body's weights; checkpoints without a head leave it out. */
  abstract readonly baseModelPrefix: string;

  /** Names under which checkpoints may hold a weight a second time, and the name of that weight. */
  readonly tiedWeights: ReadonlyMap<string, string> = new Map();

  /** Parts that a new task has to train from the start: what an adapter trains whole. */
  readonly headModules: readonly string[] = [];

  /** Parts whose input has a row for each sequence; that of the others has one for each token. */
  readonly sequenceModules: readonly string[] = [];

  /** The columns of a dataset that hold what is to be learned, for messages. */
  readonly targetNames: string = '"label", "labels" or "label_ids"';

  /** PEFT's name of the task, written to adapters. */
  readonly peftTaskType: string | null = null;

  constructor(
    readonly config: PretrainedConfig,
    /** @internal shared with the parts of the model */
    readonly context: ModelContext,
  ) {
    super();
  }

  /** The body alone, on packed tokens: what a head, or a teacher's student, goes on from. */
  abstract encode(batch: PackedBatch, options?: EncodeOptions): Encoded;

  /** What is made of the body's states: a head's logits and loss, or the states themselves. */
  abstract readOut(encoded: Encoded, batch: PackedBatch, inputs: TaskInputs, options: ForwardOptions): Output;

  /**
   * Describes what the model computes without labels, for a runtime elsewhere.
   *
   * @throws ConfigError for a model of which nobody has written this down
   */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- models that can be described need it
  describe(graph: GraphBuilder): GraphOutputs {
    throw new ConfigError(`A ${this.architecture} cannot be exported yet.`);
  }

  /**
   * Runs the model on a batch. The tensors that it returns are the caller's to dispose of.
   *
   * @throws ConfigError if an id is outside the vocabulary, a sequence too long, or a label none of the model's
   */
  forward(inputs: TaskInputs, options: ForwardOptions = {}): Output & HiddenStates {
    refuseUnknownOptions("forward", options, ["outputHiddenStates", "outputAttentions", "labelSmoothing"]);
    const packed = packBatch(inputs);
    // First of all: an error in the middle of a forward pass would leave tfjs's saved tensors behind.
    this.checkInputs(inputs);
    return tf.tidy(() => {
      const { outputHiddenStates = false, outputAttentions = false } = options;
      const encoded = this.encode(packed, { outputAttentions });
      const output = this.readOut(encoded, packed, inputs, options);
      const states = outputHiddenStates ? padStates(encoded, packed) : {};
      const { attentions } = encoded;
      return { ...output, ...states, ...(attentions && { attentions }) };
    });
  }

  /** Whether there is something to learn from in a batch: datasets hide labels by -1 (the test sets of GLUE). */
  hasLabels({ labels }: Pick<TaskInputs, "labels">): boolean {
    return labels !== undefined;
  }

  /** What of an output is kept where answers are gathered. Default: the logits and labels as they are. */
  answersOf(output: Partial<ModelOutput>, { labels }: TaskInputs): Answers {
    return { logits: output.logits, labels: labels && (output.labels ?? labels) };
  }

  /** Whether a batch's loss holds its rows against each other, so that it cannot be computed in parts. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- heads that do so look at the inputs
  comparesRows(inputs: TaskInputs): boolean {
    return false;
  }

  /** Over how many a batch's loss is a mean. Default: over its rows. */
  countTargets({ input_ids }: TaskInputs): number {
    return input_ids.shape[0];
  }

  /** Whether a row's label says that it is not told. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- heads that know of such labels need it
  isHiddenLabel(label: number): boolean {
    return false;
  }

  /** Whether dropout is active. */
  get training(): boolean {
    return this.context.training;
  }

  /** Switches dropout on (or off). */
  train(mode = true): this {
    this.context.training = mode;
    return this;
  }

  /** Switches dropout off. A new or loaded model starts so. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Number of weights.
   *
   * @param onlyTrainable  leave out those that are frozen. Default false
   */
  numParameters({ onlyTrainable = false }: { onlyTrainable?: boolean } = {}): number {
    let count = 0;
    for (const [, { size, requiresGrad }] of this.namedParameters()) {
      if (requiresGrad || !onlyTrainable) count += size;
    }
    return count;
  }

  /**
   * Keeps training from changing parameters. Where all of the lower part is frozen, a step has no gradients to compute
   * there, and takes less time and memory.
   *
   * @param names  of parameters, or of the parts that they are in
   * @throws ConfigError for a name that there is not
   * @example
   * model.freeze("bert.embeddings", "bert.encoder.layer.0");
   */
  freeze(...names: string[]): this {
    setRequiresGrad(this, names, false);
    return this;
  }

  /** Takes {@link freeze} back. */
  unfreeze(...names: string[]): this {
    setRequiresGrad(this, names, true);
    return this;
  }

  /**
   * While training, keep of each layer its input alone, and compute the rest once more in the backward pass: a fraction of the
   * memory, for a third more time. The results are the same.
   *
   * @see transformers.PreTrainedModel.gradient_checkpointing_enable
   */
  gradientCheckpointingEnable(): this {
    this.context.recomputesLayers = true;
    return this;
  }

  gradientCheckpointingDisable(): this {
    this.context.recomputesLayers = false;
    return this;
  }

  /** Fills every parameter with new values, drawn from the model's seed. */
  initializeWeights(): this {
    for (const [name, parameter] of this.namedParameters()) parameter.initialize(this.context.seed, name);
    return this;
  }

  /**
   * Takes over weights under exactly the model's own names: all of them, or none.
   *
   * @throws CheckpointError if one is missing or has another shape
   */
  loadStateDict(weights: StateDict, source = "the state dict"): this {
    loadStateDictInto(this, weights, source);
    return this;
  }

  /** @throws CheckpointError unless {@link loadStateDict} would take these weights */
  checkStateDict(weights: StateDict, source = "the state dict"): void {
    checkStateDict(this, weights, source);
  }

  /** What {@link savePretrained} wrote into a folder, for {@link loadStateDict}. */
  async readStateDict(directory: string): Promise<StateDict> {
    return await readStateDict(directory);
  }

  /** A copy of every weight, by name. */
  async stateDict(): Promise<StateDict> {
    return await stateDictOf(this);
  }

  /**
   * Writes `config.json` and `model.safetensors` into a folder (made if need be), as transformers does; it reads both.
   * Each file is replaced atomically.
   *
   * @param options  `dtype`: how the weights are stored. "float16" and "bfloat16" take half the space, rounded to nearest.
   *   Default "float32", exact
   */
  async savePretrained(directory: string, options: SaveOptions = {}): Promise<void> {
    const { dtype, store } = storage(options);
    await mkdir(directory, { recursive: true });
    const config = { ...this.config.toJson(), architectures: [this.architecture], dtype };
    await writeJson(path.join(directory, "config.json"), config, this.config.fractions);
    await writeSafetensors(path.join(directory, "model.safetensors"), store(await this.stateDict()), {
      format: "pt",
    });
  }

  /**
   * Sends `config.json` and `model.safetensors` to a repository of the Hub, which is made if there is none.
   *
   * @param name  "my-model" of your own account, or "owner/my-model"
   * @throws HubError
   * @see transformers.PreTrainedModel.push_to_hub
   * @example
   * await model.pushToHub("my-model", { private: true }); // HF_TOKEN says who you are
   */
  async pushToHub(name: string, options: PushOptions = {}): Promise<PushedCommit> {
    const commitMessage = `Upload ${this.architecture}`;
    const write = (folder: string) => this.savePretrained(folder);
    return await pushToHub({ type: "model", name }, write, { commitMessage, ...options });
  }

  /** Refuses inputs that the head cannot answer. @throws ConfigError */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- heads that check something need the inputs
  checkInputs(inputs: TaskInputs): void {}

  /** Frees the memory of the weights. The model cannot be used afterwards. */
  dispose(): void {
    for (const [, parameter] of this.namedParameters()) parameter.dispose();
  }
}

/** The states as callers know them: sequences beside each other, zeros at padding. */
function padStates({ hiddenStates, poolerOutput }: Encoded, { layout }: PackedBatch): HiddenStates {
  return {
    ...(poolerOutput && { poolerOutput }),
    hiddenStates: hiddenStates.map((x) =>
      tf.reshape(padSequences(x, layout), [layout.count, layout.maxLength, x.shape[1]]),
    ),
  };
}
