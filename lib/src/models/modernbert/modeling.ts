import * as tf from "../../tfjs";
import { ConfigError } from "../../errors";
import { attention, attentionWithWeights } from "../../ops/attention";
import { geglu } from "../../ops/geglu";
import type { SequenceLayout } from "../../ops/packed-sequences";
import { rotaryProjections } from "../../ops/rotary-projections";
import { takeRows } from "../../ops/take-rows";
import { checkIds } from "../check-ids";
import type { EmbeddingsPart } from "../encoder/embeddings";
import { EncoderModel } from "../encoder/encoder-model";
import { EncoderLayer, type LayerOptions, type LayerOutput } from "../encoder/layer";
import { Dropout, Embedding, LayerNorm, Linear } from "../layers";
import { Module, type ModelContext } from "../module";
import type { PackedBatch } from "../packed-batch";
import type { ModernBertConfig } from "./configuration";

// ModernBERT (Warner et al. 2024), in the order in which a token travels through it: normalisation before each half of a layer,
// rotary positions, a gated network for each token, and in two layers of three attention to what is near.

/** Ids to vectors, normalised; positions come in with attention. */
class ModernBertEmbeddings extends Module implements EmbeddingsPart {
  readonly tok_embeddings: Embedding;
  readonly norm: LayerNorm;
  readonly drop: Dropout;
  readonly #config: ModernBertConfig;

  constructor(config: ModernBertConfig, context: ModelContext) {
    super();
    const { vocabSize, hiddenSize, initializerRange, padTokenId, layerNormEps, normBias: bias } = config;
    this.#config = config;
    this.tok_embeddings = new Embedding(vocabSize, hiddenSize, initializerRange, padTokenId);
    this.norm = new LayerNorm(hiddenSize, layerNormEps, { bias });
    this.drop = new Dropout(config.embeddingDropout, context, "tokens");
  }

  get words(): Embedding {
    return this.tok_embeddings;
  }

  forward({ ids, layout }: PackedBatch): tf.Tensor2D {
    const { vocabSize, padTokenId, maxPositionEmbeddings } = this.#config;
    checkIds(ids, layout, vocabSize, "input_ids", "vocab_size");
    if (layout.maxLength > maxPositionEmbeddings) {
      throw new ConfigError(
        `A sequence of the batch has ${layout.maxLength} tokens, more than the model's max_position_embeddings of ` +
          `${maxPositionEmbeddings}. Does the tokenizer truncate?`,
      );
    }
    const table = this.tok_embeddings.weight.value as tf.Tensor2D;
    const embedded = takeRows(table, tf.tensor1d(ids, "int32"), padTokenId ?? undefined);
    return this.drop.forward(this.norm.forward(embedded));
  }

  describe(): never {
    throw new ConfigError("A ModernBERT cannot be exported yet.");
  }
}

class ModernBertAttention extends Module {
  readonly Wqkv: Linear;
  readonly Wo: Linear;
  readonly #dropout: Dropout;
  readonly #outDropout: Dropout;
  readonly #heads: number;
  readonly #theta: number;
  /** How many tokens away a token sees another; 0: all of its sequence. */
  readonly #window: number;

  constructor(config: ModernBertConfig, context: ModelContext, layer: number) {
    super();
    const { hiddenSize, attentionProbsDropoutProb, attentionBias: bias, localAttention } = config;
    this.Wqkv = new Linear(hiddenSize, 3 * hiddenSize, config.initializerRange, { bias });
    this.Wo = new Linear(hiddenSize, hiddenSize, outputRange(config), { bias });
    this.#dropout = new Dropout(attentionProbsDropoutProb, context, "tokenPairs");
    this.#outDropout = new Dropout(attentionProbsDropoutProb, context, "tokens");
    this.#heads = config.numAttentionHeads;
    this.#theta = config.thetaOf(layer);
    this.#window = config.isGlobal(layer) ? 0 : Math.floor(localAttention / 2);
  }

  forward(x: tf.Tensor2D, layout: SequenceLayout, withWeights: boolean) {
    const heads = this.#heads;
    const { rate: dropoutRate, key: randomKey } = this.#dropout.current(heads);
    const options = { heads, window: this.#window, dropoutRate, key: randomKey };
    const rotary = { positions: layout.places, heads, theta: this.#theta };
    const projections = rotaryProjections(this.Wqkv.forward(x), rotary);
    const { query, key, value } = projections;
    const { context, weights } = withWeights
      ? attentionWithWeights(query, key, value, layout, options)
      : { context: attention(query, key, value, layout, options), weights: undefined };
    return { attended: this.#outDropout.forward(this.Wo.forward(context)), weights, projections };
  }
}

class ModernBertMLP extends Module {
  readonly Wi: Linear;
  readonly Wo: Linear;
  readonly drop: Dropout;

  constructor(config: ModernBertConfig, context: ModelContext) {
    super();
    const { hiddenSize, intermediateSize, initializerRange, hiddenDropoutProb, mlpBias: bias } = config;
    this.Wi = new Linear(hiddenSize, 2 * intermediateSize, initializerRange, { bias });
    this.Wo = new Linear(intermediateSize, hiddenSize, outputRange(config), { bias });
    this.drop = new Dropout(hiddenDropoutProb, context, "tokens");
  }

  forward(x: tf.Tensor2D): tf.Tensor2D {
    return this.Wo.forward(this.drop.forward(geglu(this.Wi.forward(x))));
  }
}

/** Where a layer's halves end, initial weights are the smaller the more layers there are. */
export const outputRange = ({ initializerRange, numHiddenLayers }: ModernBertConfig): number =>
  initializerRange / Math.sqrt(2 * numHiddenLayers);

class ModernBertEncoderLayer extends EncoderLayer {
  /** The first layer has none: the embeddings are normalised. */
  readonly attn_norm: LayerNorm | undefined;
  readonly attn: ModernBertAttention;
  readonly mlp_norm: LayerNorm;
  readonly mlp: ModernBertMLP;

  constructor(config: ModernBertConfig, context: ModelContext, layer: number) {
    super(context);
    const norm = () => new LayerNorm(config.hiddenSize, config.layerNormEps, { bias: config.normBias });
    this.attn_norm = layer === 0 ? undefined : norm();
    this.attn = new ModernBertAttention(config, context, layer);
    this.mlp_norm = norm();
    this.mlp = new ModernBertMLP(config, context);
  }

  protected compute(x: tf.Tensor2D, layout: SequenceLayout, options: LayerOptions): LayerOutput {
    const { outputProjections, outputAttentions } = options;
    // What lies between is freed here (but for what the gradients need), not at the end of all layers.
    return tf.tidy(() => {
      const normed = this.attn_norm ? this.attn_norm.forward(x) : x;
      const { attended, weights, projections } = this.attn.forward(normed, layout, outputAttentions);
      const seen = tf.add<tf.Tensor2D>(x, attended);
      const output: LayerOutput = {
        states: tf.add(seen, this.mlp.forward(this.mlp_norm.forward(seen))),
        ...(outputProjections && { projections }),
        ...(weights && { attentions: weights }),
      };
      return output as unknown as tf.TensorContainerObject;
    }) as unknown as LayerOutput;
  }
}

/**
 * The encoder without a head.
 *
 * @see transformers.ModernBertModel
 * @example
 * const body = new ModernBertModel(new ModernBertConfig({ numHiddenLayers: 2 }), 42).initializeWeights();
 */
export class ModernBertModel extends EncoderModel {
  readonly architecture: string = "ModernBertModel";
  readonly baseModelPrefix = "model";
  readonly embeddings: ModernBertEmbeddings;
  readonly layers: ModernBertEncoderLayer[];
  readonly final_norm: LayerNorm;

  /** @param origin  the seed, or what a whole model shares where this is a part of it */
  constructor(config: ModernBertConfig, origin: number | ModelContext) {
    super(config, origin);
    const { context } = this;
    this.embeddings = new ModernBertEmbeddings(config, context);
    this.layers = Array.from(
      { length: config.numHiddenLayers },
      (_, layer) => new ModernBertEncoderLayer(config, context, layer),
    );
    this.final_norm = new LayerNorm(config.hiddenSize, config.layerNormEps, { bias: config.normBias });
  }

  protected get passedLayers(): readonly EncoderLayer[] {
    return this.layers;
  }

  protected override get finalNorm(): LayerNorm {
    return this.final_norm;
  }
}
