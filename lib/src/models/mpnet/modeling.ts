import type * as tf from "@tensorflow/tfjs-core";
import type { SequenceLayout } from "../../ops/packed-sequences";
import { relativePositionBias } from "../../ops/relative-position-bias";
import { BertIntermediate, BertOutput } from "../bert/modeling";
import type { EncoderConfig } from "../encoder/configuration";
import { EncoderEmbeddings } from "../encoder/embeddings";
import { EncoderModel, type EncoderModelOptions } from "../encoder/encoder-model";
import type { EncoderLayer } from "../encoder/layer";
import { Pooler } from "../encoder/pooler";
import { PostNormLayer, type PostNormParts } from "../encoder/post-norm-layer";
import { Dropout, Embedding, LayerNorm, Linear } from "../layers";
import { Module, type ModelContext, type Parameter } from "../module";
import type { MPNetConfig } from "./configuration";

// MPNet (Song et al. 2020): layers of BERT's kind whose attention also knows how far apart two tokens are; no token types.

/** From here on all distances are one. */
const FARTHEST = 128;

class MPNetSelfAttention extends Module {
  readonly q: Linear;
  readonly k: Linear;
  readonly v: Linear;
  readonly o: Linear;
  readonly dropout: Dropout;

  constructor(
    { hiddenSize, initializerRange, attentionProbsDropoutProb }: EncoderConfig,
    context: ModelContext,
  ) {
    super();
    const square = () => new Linear(hiddenSize, hiddenSize, initializerRange);
    [this.q, this.k, this.v, this.o] = [square(), square(), square(), square()];
    this.dropout = new Dropout(attentionProbsDropoutProb, context, "tokenPairs");
  }
}

class MPNetAttention extends Module {
  readonly attn: MPNetSelfAttention;
  readonly LayerNorm: LayerNorm;
  readonly dropout: Dropout;

  constructor(config: EncoderConfig, context: ModelContext) {
    super();
    this.attn = new MPNetSelfAttention(config, context);
    this.LayerNorm = new LayerNorm(config.hiddenSize, config.layerNormEps);
    this.dropout = new Dropout(config.hiddenDropoutProb, context, "tokens");
  }
}

class MPNetLayer extends PostNormLayer {
  readonly attention: MPNetAttention;
  readonly intermediate: BertIntermediate;
  readonly output: BertOutput;
  /** The encoder's, which all layers share. */
  readonly #relativeAttentionBias: Parameter;

  constructor(config: EncoderConfig, context: ModelContext, relativeAttentionBias: Parameter) {
    super(config, context);
    this.attention = new MPNetAttention(config, context);
    this.intermediate = new BertIntermediate(config);
    this.output = new BertOutput(config.intermediateSize, config, context);
    this.#relativeAttentionBias = relativeAttentionBias;
  }

  protected override get sharedParameters(): readonly Parameter[] {
    return [this.#relativeAttentionBias];
  }

  protected override positionBias(layout: SequenceLayout): tf.Tensor1D {
    return relativePositionBias(this.#relativeAttentionBias.value as tf.Tensor2D, layout, FARTHEST);
  }

  protected get parts(): PostNormParts {
    const { attn, LayerNorm: attentionNorm, dropout: attentionOutputDropout } = this.attention;
    return {
      query: attn.q,
      key: attn.k,
      value: attn.v,
      attentionDropout: attn.dropout,
      attentionOutput: attn.o,
      attentionOutputDropout,
      attentionNorm,
      intermediate: this.intermediate.dense,
      output: this.output.dense,
      outputDropout: this.output.dropout,
      outputNorm: this.output.LayerNorm,
    };
  }
}

class MPNetEncoder extends Module {
  readonly layer: MPNetLayer[];
  readonly relative_attention_bias: Embedding;

  constructor(config: MPNetConfig, context: ModelContext) {
    super();
    const { relativeAttentionNumBuckets, numAttentionHeads, numHiddenLayers, initializerRange } = config;
    this.relative_attention_bias = new Embedding(
      relativeAttentionNumBuckets,
      numAttentionHeads,
      initializerRange,
    );
    this.layer = Array.from(
      { length: numHiddenLayers },
      () => new MPNetLayer(config, context, this.relative_attention_bias.weight),
    );
  }
}

/**
 * The encoder without a head.
 *
 * @see transformers.MPNetModel
 * @example
 * const body = new MPNetModel(new MPNetConfig({ numHiddenLayers: 2 }), 42).initializeWeights();
 */
export class MPNetModel extends EncoderModel {
  readonly architecture: string = "MPNetModel";
  readonly baseModelPrefix = "mpnet";
  readonly embeddings: EncoderEmbeddings;
  readonly encoder: MPNetEncoder;
  readonly pooler: Pooler | undefined;

  /** @param origin  the seed, or what a whole model shares where this is a part of it */
  constructor(
    config: MPNetConfig,
    origin: number | ModelContext,
    { pooler = true }: EncoderModelOptions = {},
  ) {
    super(config, origin);
    const { context } = this;
    this.embeddings = new EncoderEmbeddings(config, context);
    this.encoder = new MPNetEncoder(config, context);
    this.pooler = pooler ? new Pooler(config) : undefined;
  }

  protected get passedLayers(): readonly EncoderLayer[] {
    return this.encoder.layer;
  }

  protected override get poolerLayer(): Linear | undefined {
    return this.pooler?.dense;
  }
}
