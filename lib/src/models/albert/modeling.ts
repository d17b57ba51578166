import type { Activation } from "../../ops/linear";
import { EncoderEmbeddings } from "../encoder/embeddings";
import { EncoderModel, type EncoderModelOptions } from "../encoder/encoder-model";
import type { EncoderLayer } from "../encoder/layer";
import { PostNormLayer, type PostNormParts } from "../encoder/post-norm-layer";
import { Dropout, LayerNorm, Linear } from "../layers";
import { Module, type ModelContext } from "../module";
import type { AlbertConfig } from "./configuration";

// ALBERT (Lan et al. 2020): narrow embeddings, and layers that share their weights: a token passes the same ones again and again.

class AlbertAttention extends Module {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly dense: Linear;
  readonly LayerNorm: LayerNorm;
  readonly attention_dropout: Dropout;
  readonly output_dropout: Dropout;

  constructor(config: AlbertConfig, context: ModelContext) {
    super();
    const { hiddenSize, initializerRange, layerNormEps } = config;
    const square = () => new Linear(hiddenSize, hiddenSize, initializerRange);
    [this.query, this.key, this.value, this.dense] = [square(), square(), square(), square()];
    this.LayerNorm = new LayerNorm(hiddenSize, layerNormEps);
    this.attention_dropout = new Dropout(config.attentionProbsDropoutProb, context, "tokenPairs");
    this.output_dropout = new Dropout(config.hiddenDropoutProb, context, "tokens");
  }
}

class AlbertLayer extends PostNormLayer {
  readonly full_layer_layer_norm: LayerNorm;
  readonly attention: AlbertAttention;
  readonly ffn: Linear;
  readonly ffn_output: Linear;
  /** None: it drops no element of what the network for each token gives. */
  readonly #outputDropout: Dropout;
  readonly #activation: Activation;

  constructor(config: AlbertConfig, context: ModelContext) {
    super(config, context);
    const { hiddenSize, intermediateSize, initializerRange, layerNormEps } = config;
    this.full_layer_layer_norm = new LayerNorm(hiddenSize, layerNormEps);
    this.attention = new AlbertAttention(config, context);
    this.ffn = new Linear(hiddenSize, intermediateSize, initializerRange);
    this.ffn_output = new Linear(intermediateSize, hiddenSize, initializerRange);
    this.#outputDropout = new Dropout(0, context, "tokens");
    this.#activation = config.hiddenAct;
  }

  protected override get activation(): Activation {
    return this.#activation;
  }

  protected get parts(): PostNormParts {
    const { attention } = this;
    return {
      query: attention.query,
      key: attention.key,
      value: attention.value,
      attentionDropout: attention.attention_dropout,
      attentionOutput: attention.dense,
      attentionOutputDropout: attention.output_dropout,
      attentionNorm: attention.LayerNorm,
      intermediate: this.ffn,
      output: this.ffn_output,
      outputDropout: this.#outputDropout,
      outputNorm: this.full_layer_layer_norm,
    };
  }
}

class AlbertLayerGroup extends Module {
  readonly albert_layers: AlbertLayer[];

  constructor(config: AlbertConfig, context: ModelContext) {
    super();
    this.albert_layers = Array.from({ length: config.innerGroupNum }, () => new AlbertLayer(config, context));
  }
}

class AlbertTransformer extends Module {
  readonly embedding_hidden_mapping_in: Linear;
  readonly albert_layer_groups: AlbertLayerGroup[];

  constructor(config: AlbertConfig, context: ModelContext) {
    super();
    const { embeddingSize, hiddenSize, numHiddenGroups, initializerRange } = config;
    this.embedding_hidden_mapping_in = new Linear(embeddingSize, hiddenSize, initializerRange);
    this.albert_layer_groups = Array.from(
      { length: numHiddenGroups },
      () => new AlbertLayerGroup(config, context),
    );
  }
}

/**
 * The encoder without a head.
 *
 * @see transformers.AlbertModel
 * @example
 * const body = new AlbertModel(new AlbertConfig({ numHiddenLayers: 2 }), 42).initializeWeights();
 */
export class AlbertModel extends EncoderModel {
  readonly architecture: string = "AlbertModel";
  readonly baseModelPrefix = "albert";
  readonly embeddings: EncoderEmbeddings;
  readonly encoder: AlbertTransformer;
  readonly pooler: Linear | undefined;
  readonly #layers: readonly EncoderLayer[];

  /** @param origin  the seed, or what a whole model shares where this is a part of it */
  constructor(
    config: AlbertConfig,
    origin: number | ModelContext,
    { pooler = true }: EncoderModelOptions = {},
  ) {
    super(config, origin);
    const { embeddingSize: width, hiddenSize, typeVocabSize, initializerRange, numHiddenLayers } = config;
    this.embeddings = new EncoderEmbeddings(config, this.context, { width, typeVocabSize });
    this.encoder = new AlbertTransformer(config, this.context);
    this.pooler = pooler ? new Linear(hiddenSize, hiddenSize, initializerRange) : undefined;
    const groups = this.encoder.albert_layer_groups;
    this.#layers = Array.from({ length: numHiddenLayers }, (_, step) => {
      const group = Math.floor((step * groups.length) / numHiddenLayers);
      return groups[group]!.albert_layers;
    }).flat();
  }

  protected override get embeddingsProjection(): Linear {
    return this.encoder.embedding_hidden_mapping_in;
  }

  protected get passedLayers(): readonly EncoderLayer[] {
    return this.#layers;
  }

  protected override get poolerLayer(): Linear | undefined {
    return this.pooler;
  }
}
