import type { EncoderConfig } from "../encoder/configuration";
import { EncoderEmbeddings } from "../encoder/embeddings";
import { EncoderModel } from "../encoder/encoder-model";
import type { EncoderLayer } from "../encoder/layer";
import { PostNormLayer, type PostNormParts } from "../encoder/post-norm-layer";
import { Dropout, LayerNorm, Linear } from "../layers";
import { Module, type ModelContext } from "../module";
import type { DistilBertConfig } from "./configuration";

// DistilBERT (Sanh et al. 2019): BERT with half of the layers, no token types and no pooler, under names of its own
// (`distilbert.transformer.layer.0.attention.q_lin.weight`).

class MultiHeadSelfAttention extends Module {
  readonly q_lin: Linear;
  readonly k_lin: Linear;
  readonly v_lin: Linear;
  readonly out_lin: Linear;
  readonly dropout: Dropout;

  constructor(
    { hiddenSize, initializerRange, attentionProbsDropoutProb }: EncoderConfig,
    context: ModelContext,
  ) {
    super();
    const square = () => new Linear(hiddenSize, hiddenSize, initializerRange);
    [this.q_lin, this.k_lin, this.v_lin, this.out_lin] = [square(), square(), square(), square()];
    this.dropout = new Dropout(attentionProbsDropoutProb, context, "tokenPairs");
  }
}

class FFN extends Module {
  readonly lin1: Linear;
  readonly lin2: Linear;
  readonly dropout: Dropout;

  constructor(
    { hiddenSize, intermediateSize, initializerRange, hiddenDropoutProb }: EncoderConfig,
    context: ModelContext,
  ) {
    super();
    this.lin1 = new Linear(hiddenSize, intermediateSize, initializerRange);
    this.lin2 = new Linear(intermediateSize, hiddenSize, initializerRange);
    this.dropout = new Dropout(hiddenDropoutProb, context, "tokens");
  }
}

class TransformerBlock extends PostNormLayer {
  readonly attention: MultiHeadSelfAttention;
  readonly sa_layer_norm: LayerNorm;
  readonly ffn: FFN;
  readonly output_layer_norm: LayerNorm;
  /** None: it drops no element of what attention gives. */
  readonly #attentionOutputDropout: Dropout;

  constructor(config: EncoderConfig, context: ModelContext) {
    super(config, context);
    this.attention = new MultiHeadSelfAttention(config, context);
    this.sa_layer_norm = new LayerNorm(config.hiddenSize, config.layerNormEps);
    this.ffn = new FFN(config, context);
    this.output_layer_norm = new LayerNorm(config.hiddenSize, config.layerNormEps);
    this.#attentionOutputDropout = new Dropout(0, context, "tokens");
  }

  protected get parts(): PostNormParts {
    const { attention, ffn } = this;
    return {
      query: attention.q_lin,
      key: attention.k_lin,
      value: attention.v_lin,
      attentionDropout: attention.dropout,
      attentionOutput: attention.out_lin,
      attentionOutputDropout: this.#attentionOutputDropout,
      attentionNorm: this.sa_layer_norm,
      intermediate: ffn.lin1,
      output: ffn.lin2,
      outputDropout: ffn.dropout,
      outputNorm: this.output_layer_norm,
    };
  }
}

class Transformer extends Module {
  readonly layer: TransformerBlock[];

  constructor(config: EncoderConfig, context: ModelContext) {
    super();
    this.layer = Array.from({ length: config.numHiddenLayers }, () => new TransformerBlock(config, context));
  }
}

/**
 * The encoder without a head.
 *
 * @see transformers.DistilBertModel
 * @example
 * const body = new DistilBertModel(new DistilBertConfig({ numHiddenLayers: 2 }), 42).initializeWeights();
 */
export class DistilBertModel extends EncoderModel {
  readonly architecture: string = "DistilBertModel";
  readonly baseModelPrefix = "distilbert";
  readonly embeddings: EncoderEmbeddings;
  readonly transformer: Transformer;
  readonly pooler = undefined;

  /** @param origin  the seed, or what a whole model shares where this is a part of it */
  constructor(config: DistilBertConfig, origin: number | ModelContext) {
    super(config, origin);
    this.embeddings = new EncoderEmbeddings(config, this.context);
    this.transformer = new Transformer(config, this.context);
  }

  protected get passedLayers(): readonly EncoderLayer[] {
    return this.transformer.layer;
  }
}
