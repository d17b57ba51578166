import * as tf from "../../tfjs";
import { ConfigError } from "../../errors";
import { attention, attentionWithWeights } from "../../ops/attention";
import {
  ENCODER_LAYER_WEIGHTS,
  encoderLayer,
  type EncoderLayerWeight,
  type EncoderLayerWeights,
} from "../../ops/encoder-layer";
import { embeddingsLayerNorm } from "../../ops/embeddings-layer-norm";
import { padSequences, type SequenceLayout } from "../../ops/packed-sequences";
import { recompute } from "../../ops/recompute";
import { takeRows } from "../../ops/take-rows";
import { withoutTape } from "../../ops/tape";
import { Dropout, Embedding, LayerNorm, Linear } from "../layers";
import type { AttentionProjections, Encoded, EncodeOptions } from "../model-output";
import { Module, ModelContext, type Parameter } from "../module";
import type { PackedBatch } from "../packed-batch";
import { PreTrainedModel } from "../pretrained-model";
import type { GraphBuilder, GraphOutput, GraphOutputs } from "../graph-builder";
import type { BertConfig } from "./configuration";
import { bertPooled, bertStates } from "./graph";

// The whole of BERT (Devlin et al. 2019), in the order in which a token travels through it. Activations are packed:
// [tokens, hidden] with the tokens of all sequences one after the other and no padding among them. Property names are
// those of transformers' checkpoints (`bert.encoder.layer.0.attention.self.query.weight`).

/** Ids to vectors: word + position + token type, normalised. */
class BertEmbeddings extends Module {
  readonly word_embeddings: Embedding;
  readonly position_embeddings: Embedding;
  readonly token_type_embeddings: Embedding;
  readonly LayerNorm: LayerNorm;
  readonly dropout: Dropout;

  constructor(
    private readonly config: BertConfig,
    context: ModelContext,
  ) {
    super();
    const { vocabSize, hiddenSize, maxPositionEmbeddings, typeVocabSize, initializerRange, padTokenId } =
      config;
    this.word_embeddings = new Embedding(vocabSize, hiddenSize, initializerRange, padTokenId);
    this.position_embeddings = new Embedding(maxPositionEmbeddings, hiddenSize, initializerRange);
    this.token_type_embeddings = new Embedding(typeVocabSize, hiddenSize, initializerRange);
    this.LayerNorm = new LayerNorm(hiddenSize, config.layerNormEps);
    this.dropout = new Dropout(config.hiddenDropoutProb, context, "tokens");
  }

  forward({ ids, positions, tokenTypes, layout }: PackedBatch): tf.Tensor2D {
    const { vocabSize, maxPositionEmbeddings, typeVocabSize, padTokenId } = this.config;
    checkRange(ids, layout, vocabSize, "input_ids", "vocab_size");
    checkRange(positions, layout, maxPositionEmbeddings, "positions", "max_position_embeddings");
    checkRange(tokenTypes, layout, typeVocabSize, "token_type_ids", "type_vocab_size");
    const embedded = embeddingsLayerNorm(
      {
        word: this.word_embeddings.weight.value as tf.Tensor2D,
        position: this.position_embeddings.weight.value as tf.Tensor2D,
        tokenType: this.token_type_embeddings.weight.value as tf.Tensor2D,
      },
      {
        ids: tf.tensor1d(ids, "int32"),
        positions: tf.tensor1d(positions, "int32"),
        tokenTypes: tf.tensor1d(tokenTypes, "int32"),
      },
      this.LayerNorm.weight.value as tf.Tensor1D,
      this.LayerNorm.bias.value as tf.Tensor1D,
      this.LayerNorm.eps,
      padTokenId ?? undefined,
    );
    return this.dropout.forward(embedded);
  }
}

/** Every token looks at every token of its sequence, in several heads. */
class BertSelfAttention extends Module {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly dropout: Dropout;

  constructor(
    private readonly config: BertConfig,
    context: ModelContext,
  ) {
    super();
    const { hiddenSize, initializerRange, attentionProbsDropoutProb } = config;
    this.query = new Linear(hiddenSize, hiddenSize, initializerRange);
    this.key = new Linear(hiddenSize, hiddenSize, initializerRange);
    this.value = new Linear(hiddenSize, hiddenSize, initializerRange);
    this.dropout = new Dropout(attentionProbsDropoutProb, context, "tokenPairs");
  }

  get heads(): number {
    return this.config.numAttentionHeads;
  }

  project(x: tf.Tensor2D): AttentionProjections {
    return { query: this.query.forward(x), key: this.key.forward(x), value: this.value.forward(x) };
  }

  forward(
    { query, key, value }: AttentionProjections,
    layout: SequenceLayout,
    withWeights: boolean,
  ): Attended {
    const { rate, key: randomKey } = this.dropout.current(this.heads);
    const options = { heads: this.heads, dropoutRate: rate, key: randomKey };
    return withWeights
      ? attentionWithWeights(query, key, value, layout, options)
      : { context: attention(query, key, value, layout, options) };
  }
}

/** What self-attention gives: [tokens, hidden], and the weights where they were asked for. */
interface Attended {
  context: tf.Tensor2D;
  weights?: tf.Tensor4D;
}

/** How both halves of a layer end: projection, dropout, residual connection, normalisation. */
class BertOutput extends Module {
  readonly dense: Linear;
  readonly LayerNorm: LayerNorm;
  readonly dropout: Dropout;

  constructor(inFeatures: number, config: BertConfig, context: ModelContext) {
    super();
    this.dense = new Linear(inFeatures, config.hiddenSize, config.initializerRange);
    this.LayerNorm = new LayerNorm(config.hiddenSize, config.layerNormEps);
    this.dropout = new Dropout(config.hiddenDropoutProb, context, "tokens");
  }

  currentDropout() {
    return this.dropout.current(this.LayerNorm.weight.size);
  }

  forward(x: tf.Tensor2D, residual: tf.Tensor2D): tf.Tensor2D {
    return this.LayerNorm.forwardResidual(this.dense.forward(x), residual, this.currentDropout());
  }
}

class BertAttention extends Module {
  readonly self: BertSelfAttention;
  readonly output: BertOutput;

  constructor(config: BertConfig, context: ModelContext) {
    super();
    this.self = new BertSelfAttention(config, context);
    this.output = new BertOutput(config.hiddenSize, config, context);
  }

  forward(
    x: tf.Tensor2D,
    projections: AttentionProjections,
    layout: SequenceLayout,
    withWeights: boolean,
  ): Attended {
    const { context, weights } = this.self.forward(projections, layout, withWeights);
    return { context: this.output.forward(context, x), ...(weights && { weights }) };
  }
}

class BertIntermediate extends Module {
  readonly dense: Linear;

  constructor({ hiddenSize, intermediateSize, initializerRange }: BertConfig) {
    super();
    this.dense = new Linear(hiddenSize, intermediateSize, initializerRange);
  }
}

interface LayerOutput {
  states: tf.Tensor2D;
  projections?: AttentionProjections;
  weights?: tf.Tensor4D;
}

/** What a layer returns beside its states. */
type LayerOptions = Required<Pick<EncodeOptions, "outputProjections" | "outputAttentions">>;

const STATES_ALONE: LayerOptions = { outputProjections: false, outputAttentions: false };

/** One layer of the encoder: attention, then a network for each token by itself. */
class BertLayer extends Module {
  readonly attention: BertAttention;
  readonly intermediate: BertIntermediate;
  readonly output: BertOutput;
  readonly #context: ModelContext;

  constructor(config: BertConfig, context: ModelContext) {
    super();
    this.#context = context;
    this.attention = new BertAttention(config, context);
    this.intermediate = new BertIntermediate(config);
    this.output = new BertOutput(config.intermediateSize, config, context);
  }

  forward(x: tf.Tensor2D, layout: SequenceLayout, options: LayerOptions): LayerOutput {
    const asksMore = options.outputProjections || options.outputAttentions;
    if (!asksMore && this.#context.training && this.#context.recomputesLayers) {
      const trained = [...this.namedParameters()].filter(([, { requiresGrad }]) => requiresGrad);
      const weights = trained.map(([, { value }]) => value);
      return { states: recompute(x, weights, (again) => this.compute(again, layout, STATES_ALONE).states) };
    }
    return this.compute(x, layout, asksMore ? options : STATES_ALONE);
  }

  private compute(x: tf.Tensor2D, layout: SequenceLayout, options: LayerOptions): LayerOutput {
    const states = options === STATES_ALONE ? this.computeAsOne(x, layout) : undefined;
    return states ? { states } : this.computeInParts(x, layout, options);
  }

  /** By the engine's kernel for a whole layer, if it has one and the layer is as it was laid out: without adapters, not half frozen. */
  private computeAsOne(x: tf.Tensor2D, layout: SequenceLayout): tf.Tensor2D | undefined {
    const { attention, intermediate, output } = this;
    const { query, key, value } = attention.self;
    const maps = { query, key, value, attentionOutput: attention.output.dense };
    const all = { ...maps, intermediate: intermediate.dense, output: output.dense };
    if (!Object.values(all).every((map) => map instanceof Linear)) return undefined;
    const parameters = {} as Record<EncoderLayerWeight, Parameter>;
    for (const [name, { weight, bias }] of Object.entries(all) as [keyof typeof all, Linear][]) {
      parameters[`${name}Weight`] = weight;
      parameters[`${name}Bias`] = bias;
    }
    for (const [name, { LayerNorm }] of [
      ["attention", attention.output],
      ["output", output],
    ] as const) {
      parameters[`${name}Gamma`] = LayerNorm.weight;
      parameters[`${name}Beta`] = LayerNorm.bias;
    }
    const weights = {} as EncoderLayerWeights;
    for (const name of ENCODER_LAYER_WEIGHTS) {
      const { value, requiresGrad } = parameters[name];
      if (!requiresGrad && tf.engine().isTapeOn()) return undefined;
      weights[name] = value;
    }
    return encoderLayer(x, weights, layout, {
      heads: attention.self.heads,
      eps: output.LayerNorm.eps,
      attentionDropout: attention.self.dropout.current(attention.self.heads),
      attentionOutputDropout: attention.output.currentDropout(),
      outputDropout: output.currentDropout(),
    });
  }

  private computeInParts(x: tf.Tensor2D, layout: SequenceLayout, options: LayerOptions): LayerOutput {
    // What lies between is freed here (but for what the gradients need), not at the end of all layers.
    return tf.tidy(() => {
      const projections = this.attention.self.project(x);
      const { context: attended, weights } = this.attention.forward(
        x,
        projections,
        layout,
        options.outputAttentions,
      );
      const states = this.output.forward(this.intermediate.dense.forward(attended, "gelu"), attended);
      const output: LayerOutput = {
        states,
        ...(options.outputProjections && { projections }),
        ...(weights && { weights }),
      };
      return output as unknown as tf.TensorContainerObject;
    }) as unknown as LayerOutput;
  }
}

class BertEncoder extends Module {
  readonly layer: BertLayer[];

  constructor(config: BertConfig, context: ModelContext) {
    super();
    this.layer = Array.from({ length: config.numHiddenLayers }, () => new BertLayer(config, context));
  }
}

/** The first token's last state, once more through a dense layer: what stands for the sequence. */
class BertPooler extends Module {
  readonly dense: Linear;

  constructor({ hiddenSize, initializerRange }: BertConfig) {
    super();
    this.dense = new Linear(hiddenSize, hiddenSize, initializerRange);
  }

  forward(x: tf.Tensor2D, layout: SequenceLayout): tf.Tensor2D {
    const firstTokens = tf.tensor1d(layout.offsets.subarray(0, layout.count), "int32");
    return this.dense.forward(takeRows(x, firstTokens), "tanh");
  }
}

/** @see transformers' BaseModelOutputWithPooling */
export interface BertModelOutput {
  /** [batch, length, hidden]; zero at padding. */
  lastHiddenState: tf.Tensor3D;
  /** [batch, hidden] */
  poolerOutput?: tf.Tensor2D;
}

export interface BertModelOptions {
  /** Whether there is a pooler; a masked language model has none. Default true. */
  pooler?: boolean;
}

/**
 * The encoder without a head.
 *
 * @see transformers.BertModel
 *
 * @example
 * const body = new BertModel(new BertConfig(), 42).initializeWeights();
 * const { lastHiddenState } = body.forward(tokenizer(["A film."], { returnTensors: "tf" }));
 */
export class BertModel extends PreTrainedModel<BertModelOutput> {
  readonly architecture: string = "BertModel";
  readonly baseModelPrefix = "bert";
  override readonly sequenceModules = ["pooler"];
  readonly embeddings: BertEmbeddings;
  readonly encoder: BertEncoder;
  readonly pooler: BertPooler | undefined;

  /** @param origin  the seed, or what a whole model shares where this is a part of it */
  constructor(
    override readonly config: BertConfig,
    origin: number | ModelContext,
    { pooler = true }: BertModelOptions = {},
  ) {
    const context = typeof origin === "number" ? new ModelContext(origin) : origin;
    super(config, context);
    this.embeddings = new BertEmbeddings(config, context);
    this.encoder = new BertEncoder(config, context);
    this.pooler = pooler ? new BertPooler(config) : undefined;
  }

  encode(batch: PackedBatch, options: EncodeOptions = {}): Encoded {
    const { outputProjections = false, outputAttentions = false, embeddingsOffset } = options;
    // Up to the first part that is trained, nothing is kept for gradients.
    let isTrained = false;
    const run = <T>(part: Module, forward: () => T): T => {
      isTrained ||= part.requiresGrad;
      return isTrained ? forward() : withoutTape(forward);
    };
    let x = run(this.embeddings, () => this.embeddings.forward(batch));
    if (embeddingsOffset) {
      x = tf.add(x, embeddingsOffset);
      isTrained = true;
    }
    const hiddenStates = [x];
    const seen: AttentionProjections[] = [];
    const attentions: tf.Tensor4D[] = [];
    for (const layer of this.encoder.layer) {
      const { states, projections, weights } = run(layer, () =>
        layer.forward(x, batch.layout, { outputProjections, outputAttentions }),
      );
      x = states;
      hiddenStates.push(x);
      if (projections) seen.push(projections);
      if (weights) attentions.push(weights);
    }
    return {
      hiddenStates,
      ...(this.pooler && { poolerOutput: this.pooler.forward(x, batch.layout) }),
      ...(outputProjections && { projections: seen }),
      ...(outputAttentions && { attentions }),
    };
  }

  override describe(graph: GraphBuilder): GraphOutputs {
    const { hiddenSize } = this.config;
    const value = bertStates(graph, this.config);
    const states: GraphOutput = { value, shape: ["batch_size", "sequence_length", hiddenSize] };
    if (!this.pooler) return { last_hidden_state: states };
    const pooled: GraphOutput = { value: bertPooled(graph, value), shape: ["batch_size", hiddenSize] };
    return { last_hidden_state: states, pooler_output: pooled };
  }

  readOut({ hiddenStates, poolerOutput }: Encoded, { layout }: PackedBatch): BertModelOutput {
    const last = hiddenStates.at(-1)!;
    const shape: [number, number, number] = [layout.count, layout.maxLength, last.shape[1]];
    const lastHiddenState = tf.reshape<tf.Rank.R3>(padSequences(last, layout), shape);
    return poolerOutput ? { lastHiddenState, poolerOutput } : { lastHiddenState };
  }
}

function checkRange(
  values: Int32Array,
  { offsets }: PackedBatch["layout"],
  limit: number,
  what: string,
  setting: string,
): void {
  const place = values.findIndex((value) => value < 0 || value >= limit);
  if (place === -1) return;
  const row = offsets.findIndex((offset) => offset > place) - 1;
  throw new ConfigError(
    `Row ${row} of the batch: ${what} has ${values[place]} at token ${place - offsets[row]!}, outside what the model's ` +
      `${setting} of ${limit} allows (0 … ${limit - 1}). Does the tokenizer belong to this model, and does it truncate?`,
  );
}
