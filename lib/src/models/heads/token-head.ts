import type * as tf from "@tensorflow/tfjs-core";
import type { EncoderConfig } from "../encoder/configuration";
import type { EncoderModel, EncoderModelOptions } from "../encoder/encoder-model";
import type { GraphValue } from "../graph-builder";
import { Dropout, Linear } from "../layers";
import type { Encoded, EncodeOptions, ModelOutput } from "../model-output";
import { ModelContext, type Module } from "../module";
import type { ModuleGraph } from "../module-graph";
import type { PackedBatch } from "../packed-batch";
import { PreTrainedModel } from "../pretrained-model";

/** A body, as a whole or as a part of a model. */
export type BodyClass = new (
  config: never,
  origin: number | ModelContext,
  options?: EncoderModelOptions,
) => EncoderModel;

/** What a head makes of each state before it scores it. */
export interface StateMap extends Module {
  /** @param states  [tokens, hidden] @returns [tokens, hidden] */
  forward(states: tf.Tensor2D): tf.Tensor2D;
}

/** How a family's heads for tokens differ from BERT's, which are dropout and a linear layer. */
export interface TokenHeadParts {
  /** What comes before these, kept as `head`. */
  head?: StateMap;
  /** Standard deviation of the linear layer's new weights. Default: the configuration's. */
  standardDeviation?: number;
  /** Of a token classifier. Default: the configuration's for classifiers, else that of states. */
  classifierDropout?: number;
  /** Of what finds answers. Default 0. */
  answerDropout?: number;
  /** What the layer that finds answers is called. Default `qa_outputs`. */
  answerLayer?: string;
}

/** What a head for tokens has to know of a family. */
export interface TokenHeadFamily {
  /** In front of the names of transformers' classes: "Bert" of BertForTokenClassification. */
  name: string;
  model: BodyClass;
  tokenHead?: (config: never) => TokenHeadParts;
}

/** What is particular to a task. */
interface TokenTask {
  /** Behind the family's name in the name of the class. */
  task: string;
  /** What the linear layer is called. */
  layer: string;
  /** How many scores a token has. */
  outputs: number;
  dropout: number;
}

/**
 * A model that scores each token. Every family has its head in the same place, the body's name aside; so one class serves all.
 *
 * @see transformers' …ForTokenClassification, …ForQuestionAnswering
 */
export abstract class TokenHeadModel<Output extends ModelOutput> extends PreTrainedModel<Output> {
  readonly architecture: string;
  readonly baseModelPrefix: string;
  override readonly headModules: readonly string[];
  declare readonly config: EncoderConfig;
  /** There if the family's heads begin with something. */
  readonly head: StateMap | undefined;
  readonly #layer: string;
  readonly #dropout: Dropout;

  constructor(
    family: TokenHeadFamily,
    config: EncoderConfig,
    seed: number,
    { head, standardDeviation = config.initializerRange }: TokenHeadParts,
    { task, layer, outputs, dropout }: TokenTask,
  ) {
    const context = new ModelContext(seed);
    super(config, context);
    const body = new family.model(config as never, context, { pooler: false });
    this.architecture = `${family.name}For${task}`;
    this.baseModelPrefix = body.baseModelPrefix;
    this.headModules = head ? ["head", layer] : [layer];
    this.#layer = layer;
    this.#dropout = new Dropout(dropout, context, "tokens");
    // Weights are called by the properties that hold them.
    const parts = this as unknown as Record<string, Module>;
    parts[body.baseModelPrefix] = body;
    this.head = head;
    parts[layer] = new Linear(config.hiddenSize, outputs, standardDeviation);
  }

  encode(batch: PackedBatch, options?: EncodeOptions): Encoded {
    return this.body.encode(batch, options);
  }

  /** Looked up anew for each pass: an adapter may have been put in its place. */
  protected get body(): EncoderModel {
    return this.part(this.baseModelPrefix) as EncoderModel;
  }

  /** @returns [tokens, scores] */
  protected scores({ hiddenStates }: Encoded): tf.Tensor2D {
    const states = hiddenStates.at(-1)!;
    const mapped = this.head ? this.head.forward(states) : states;
    return this.scorer.forward(this.#dropout.forward(mapped));
  }

  /** The scores again, in the words of a graph builder. @returns [batch, length, scores] */
  protected describeScores(graph: ModuleGraph): GraphValue {
    return graph.linear(this.scorer, this.body.describeStates(graph));
  }

  private get scorer(): Linear {
    return this.part(this.#layer) as Linear;
  }

  private part(name: string): Module {
    return (this as unknown as Record<string, Module>)[name]!;
  }
}
