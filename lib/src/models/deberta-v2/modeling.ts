import * as tf from "../../tfjs";
import type { AttentionOptions } from "../../ops/attention";
import { disentangledBias, type DistanceTables } from "../../ops/disentangled-bias";
import type { SequenceLayout } from "../../ops/packed-sequences";
import { takeRows } from "../../ops/take-rows";
import { BertIntermediate, BertOutput } from "../bert/modeling";
import { EncoderEmbeddings } from "../encoder/embeddings";
import { EncoderModel } from "../encoder/encoder-model";
import type { EncoderLayer } from "../encoder/layer";
import { PostNormLayer, type PostNormParts } from "../encoder/post-norm-layer";
import { Dropout, Embedding, LayerNorm, Linear } from "../layers";
import type { AttentionProjections } from "../model-output";
import { Module, type ModelContext, type Parameter } from "../module";
import type { DebertaV2Config } from "./configuration";
import { distanceRows } from "./distances";

// DeBERTa (He et al. 2021), version 2, of which version 3 (He et al. 2023) has the architecture: BERT's layers, whose attention
// compares contents with each other, and with how far apart the tokens are.

class DisentangledSelfAttention extends Module {
  readonly query_proj: Linear;
  readonly key_proj: Linear;
  readonly value_proj: Linear;
  readonly pos_key_proj: Linear | undefined;
  readonly pos_query_proj: Linear | undefined;
  readonly pos_dropout: Dropout;
  readonly dropout: Dropout;

  constructor(config: DebertaV2Config, context: ModelContext) {
    super();
    const { hiddenSize, initializerRange, relativeAttention, shareAttKey, comparisons } = config;
    const square = () => new Linear(hiddenSize, hiddenSize, initializerRange);
    [this.query_proj, this.key_proj, this.value_proj] = [square(), square(), square()];
    const has = (comparison: string) => relativeAttention && !shareAttKey && comparisons.includes(comparison);
    this.pos_key_proj = has("c2p") ? square() : undefined;
    this.pos_query_proj = has("p2c") ? square() : undefined;
    this.pos_dropout = new Dropout(config.hiddenDropoutProb, context, "model");
    this.dropout = new Dropout(config.attentionProbsDropoutProb, context, "tokenPairs");
  }
}

class DebertaV2Attention extends Module {
  readonly self: DisentangledSelfAttention;
  readonly output: BertOutput;

  constructor(config: DebertaV2Config, context: ModelContext) {
    super();
    this.self = new DisentangledSelfAttention(config, context);
    this.output = new BertOutput(config.hiddenSize, config, context);
  }
}

/** The vectors of distances, which all layers share. */
interface Distances {
  table: Embedding;
  norm: LayerNorm | undefined;
}

class DebertaV2Layer extends PostNormLayer {
  readonly attention: DebertaV2Attention;
  readonly intermediate: BertIntermediate;
  readonly output: BertOutput;
  readonly #config: DebertaV2Config;
  readonly #distances: Distances | undefined;

  constructor(config: DebertaV2Config, context: ModelContext, distances: Distances | undefined) {
    super(config, context);
    this.attention = new DebertaV2Attention(config, context);
    this.intermediate = new BertIntermediate(config);
    this.output = new BertOutput(config.intermediateSize, config, context);
    this.#config = config;
    this.#distances = distances;
  }

  protected get parts(): PostNormParts {
    const { self, output: attended } = this.attention;
    return {
      query: self.query_proj,
      key: self.key_proj,
      value: self.value_proj,
      attentionDropout: self.dropout,
      attentionOutput: attended.dense,
      attentionOutputDropout: attended.dropout,
      attentionNorm: attended.LayerNorm,
      intermediate: this.intermediate.dense,
      output: this.output.dense,
      outputDropout: this.output.dropout,
      outputNorm: this.output.LayerNorm,
    };
  }

  protected override get sharedParameters(): readonly Parameter[] {
    const { table, norm } = this.#distances ?? {};
    return [table?.weight, norm?.weight, norm?.bias].flatMap((parameter) => parameter ?? []);
  }

  protected override get hasPlainAttention(): boolean {
    return this.#config.comparisons.length === 0;
  }

  protected override attentionOptions({ query, key }: AttentionProjections, layout: SequenceLayout) {
    const { heads } = this;
    const { comparisons, hiddenSize } = this.#config;
    const scale = 1 / Math.sqrt((hiddenSize / heads) * (1 + comparisons.length));
    const options: Pick<AttentionOptions, "scale" | "bias"> = { scale };
    const tables = this.#distances && this.projectDistances(this.#distances, layout);
    if (tables) options.bias = disentangledBias(query, key, tables, layout, { heads, scale });
    return options;
  }

  /** What the distances in a batch are compared with. */
  private projectDistances({ table, norm }: Distances, layout: SequenceLayout): DistanceTables {
    const { self } = this.attention;
    const { comparisons } = this.#config;
    const all = table.weight.value as tf.Tensor2D;
    const dropped = self.pos_dropout.forward(norm ? norm.forward(all) : all);
    const rows = tf.tensor1d(distanceRows(layout.maxLength, this.#config), "int32");
    const distances = takeRows(dropped, rows);
    const keys = self.pos_key_proj ?? self.key_proj;
    const queries = self.pos_query_proj ?? self.query_proj;
    return {
      ...(comparisons.includes("c2p") && { positionKeys: keys.forward(distances) }),
      ...(comparisons.includes("p2c") && { positionQueries: queries.forward(distances) }),
    };
  }
}

class DebertaV2Encoder extends Module {
  readonly layer: DebertaV2Layer[];
  readonly rel_embeddings: Embedding | undefined;
  readonly LayerNorm: LayerNorm | undefined;

  constructor(config: DebertaV2Config, context: ModelContext) {
    super();
    const { hiddenSize, numHiddenLayers, span, initializerRange, layerNormEps, comparisons } = config;
    const table = config.relativeAttention
      ? new Embedding(2 * span, hiddenSize, initializerRange)
      : undefined;
    const norm = config.normRelEbd === "layer_norm" ? new LayerNorm(hiddenSize, layerNormEps) : undefined;
    const distances = table && comparisons.length > 0 ? { table, norm } : undefined;
    this.layer = Array.from(
      { length: numHiddenLayers },
      () => new DebertaV2Layer(config, context, distances),
    );
    this.rel_embeddings = table;
    this.LayerNorm = norm;
  }
}

/**
 * The encoder without a head.
 *
 * @see transformers.DebertaV2Model
 * @example
 * const body = new DebertaV2Model(new DebertaV2Config({ numHiddenLayers: 2 }), 42).initializeWeights();
 */
export class DebertaV2Model extends EncoderModel {
  readonly architecture: string = "DebertaV2Model";
  readonly baseModelPrefix = "deberta";
  readonly embeddings: EncoderEmbeddings;
  readonly encoder: DebertaV2Encoder;

  /** @param origin  the seed, or what a whole model shares where this is a part of it */
  constructor(config: DebertaV2Config, origin: number | ModelContext) {
    super(config, origin);
    this.embeddings = new EncoderEmbeddings(config, this.context, {
      typeVocabSize: config.typeVocabSize > 0 ? config.typeVocabSize : undefined,
      positions: config.positionBiasedInput,
    });
    this.encoder = new DebertaV2Encoder(config, this.context);
  }

  protected get passedLayers(): readonly EncoderLayer[] {
    return this.encoder.layer;
  }
}
