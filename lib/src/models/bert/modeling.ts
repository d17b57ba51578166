import type { EncoderConfig } from "../encoder/configuration";
import { EncoderEmbeddings } from "../encoder/embeddings";
import { EncoderModel, type EncoderModelOptions } from "../encoder/encoder-model";
import type { EncoderLayer } from "../encoder/layer";
import { Pooler } from "../encoder/pooler";
import { PostNormLayer, type PostNormParts } from "../encoder/post-norm-layer";
import { Dropout, LayerNorm, Linear } from "../layers";
import { Module, type ModelContext } from "../module";
import type { BertConfig } from "./configuration";

// BERT (Devlin et al. 2019), in the order in which a token travels through it. What encoders of its kind have in common is in
// ../encoder; here is where BERT keeps its weights: property names are those of transformers' checkpoints
// (`bert.encoder.layer.0.attention.self.query.weight`).

class BertSelfAttention extends Module {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly dropout: Dropout;

  constructor(
    { hiddenSize, initializerRange, attentionProbsDropoutProb }: EncoderConfig,
    context: ModelContext,
  ) {
    super();
    this.query = new Linear(hiddenSize, hiddenSize, initializerRange);
    this.key = new Linear(hiddenSize, hiddenSize, initializerRange);
    this.value = new Linear(hiddenSize, hiddenSize, initializerRange);
    this.dropout = new Dropout(attentionProbsDropoutProb, context, "tokenPairs");
  }
}

/** How both halves of a layer end: projection, dropout, residual connection, normalisation. */
export class BertOutput extends Module {
  readonly dense: Linear;
  readonly LayerNorm: LayerNorm;
  readonly dropout: Dropout;

  constructor(inFeatures: number, config: EncoderConfig, context: ModelContext) {
    super();
    this.dense = new Linear(inFeatures, config.hiddenSize, config.initializerRange);
    this.LayerNorm = new LayerNorm(config.hiddenSize, config.layerNormEps);
    this.dropout = new Dropout(config.hiddenDropoutProb, context, "tokens");
  }
}

class BertAttention extends Module {
  readonly self: BertSelfAttention;
  readonly output: BertOutput;

  constructor(config: EncoderConfig, context: ModelContext) {
    super();
    this.self = new BertSelfAttention(config, context);
    this.output = new BertOutput(config.hiddenSize, config, context);
  }
}

export class BertIntermediate extends Module {
  readonly dense: Linear;

  constructor({ hiddenSize, intermediateSize, initializerRange }: EncoderConfig) {
    super();
    this.dense = new Linear(hiddenSize, intermediateSize, initializerRange);
  }
}

/** One layer, under BERT's names. */
class BertLayer extends PostNormLayer {
  readonly attention: BertAttention;
  readonly intermediate: BertIntermediate;
  readonly output: BertOutput;

  constructor(config: EncoderConfig, context: ModelContext) {
    super(config, context);
    this.attention = new BertAttention(config, context);
    this.intermediate = new BertIntermediate(config);
    this.output = new BertOutput(config.intermediateSize, config, context);
  }

  protected get parts(): PostNormParts {
    const { self, output: attended } = this.attention;
    return {
      query: self.query,
      key: self.key,
      value: self.value,
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
}

/** The layers, which other families keep under the same names. */
export class BertEncoder extends Module {
  readonly layer: BertLayer[];

  constructor(config: EncoderConfig, context: ModelContext) {
    super();
    this.layer = Array.from({ length: config.numHiddenLayers }, () => new BertLayer(config, context));
  }
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
export class BertModel extends EncoderModel {
  readonly architecture: string = "BertModel";
  readonly baseModelPrefix = "bert";
  readonly embeddings: EncoderEmbeddings;
  readonly encoder: BertEncoder;
  readonly pooler: Pooler | undefined;

  /** @param origin  the seed, or what a whole model shares where this is a part of it */
  constructor(
    config: BertConfig,
    origin: number | ModelContext,
    { pooler = true }: EncoderModelOptions = {},
  ) {
    super(config, origin);
    const { context } = this;
    this.embeddings = new EncoderEmbeddings(config, context, { typeVocabSize: config.typeVocabSize });
    this.encoder = new BertEncoder(config, context);
    this.pooler = pooler ? new Pooler(config) : undefined;
  }

  protected get passedLayers(): readonly EncoderLayer[] {
    return this.encoder.layer;
  }

  protected override get poolerLayer(): Linear | undefined {
    return this.pooler?.dense;
  }
}
