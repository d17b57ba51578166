import * as tf from "../../tfjs";
import { embeddingsLayerNorm } from "../../ops/embeddings-layer-norm";
import type { GraphValue } from "../graph-builder";
import { checkIds } from "../check-ids";
import { Dropout, Embedding, LayerNorm } from "../layers";
import { Module, type ModelContext } from "../module";
import type { ModuleGraph } from "../module-graph";
import type { PackedBatch } from "../packed-batch";
import { FAIRSEQ_PADDING, type EncoderConfig } from "./configuration";

/** What makes vectors of ids. */
export interface EmbeddingsPart extends Module {
  /** The table of the vocabulary. */
  readonly words: Embedding;
  /** @returns [tokens, width] */
  forward(batch: PackedBatch): tf.Tensor2D;
  /** The same in the words of a graph builder. @returns [batch, length, width] */
  describe(graph: ModuleGraph): GraphValue;
}

export interface EncoderEmbeddingsOptions {
  /** Columns. Default: hiddenSize. */
  width?: number;
  /** Rows of the table of token types, of which there is one where this is given. */
  typeVocabSize?: number;
  /** Whether there is a table of positions. Default true. */
  positions?: boolean;
}

/** Ids to vectors: word + position + token type, normalised. */
export class EncoderEmbeddings extends Module implements EmbeddingsPart {
  readonly word_embeddings: Embedding;
  readonly position_embeddings: Embedding | undefined;
  readonly token_type_embeddings: Embedding | undefined;
  readonly LayerNorm: LayerNorm;
  readonly dropout: Dropout;
  readonly #config: EncoderConfig;
  /** The position before the first, where positions are counted from the id of padding. */
  readonly #padding: number | undefined;

  constructor(config: EncoderConfig, context: ModelContext, options: EncoderEmbeddingsOptions = {}) {
    super();
    const { vocabSize, maxPositionEmbeddings, initializerRange, padTokenId } = config;
    const { width = config.hiddenSize, typeVocabSize, positions = true } = options;
    this.#config = config;
    this.#padding = config.countsFromPadding ? (padTokenId ?? FAIRSEQ_PADDING) : undefined;
    this.word_embeddings = new Embedding(vocabSize, width, initializerRange, padTokenId);
    this.position_embeddings = positions
      ? new Embedding(maxPositionEmbeddings, width, initializerRange, this.#padding ?? null)
      : undefined;
    this.token_type_embeddings =
      typeVocabSize === undefined ? undefined : new Embedding(typeVocabSize, width, initializerRange);
    this.LayerNorm = new LayerNorm(width, config.layerNormEps);
    this.dropout = new Dropout(config.hiddenDropoutProb, context, "tokens");
  }

  /** The table of the vocabulary. */
  get words(): Embedding {
    return this.word_embeddings;
  }

  /** @returns [tokens, width] */
  forward(batch: PackedBatch): tf.Tensor2D {
    const { ids, tokenTypes, layout } = batch;
    const { vocabSize, maxPositionEmbeddings, padTokenId } = this.#config;
    const positions = this.positionsOf(batch);
    checkIds(ids, layout, vocabSize, "input_ids", "vocab_size");
    const places = this.position_embeddings?.weight;
    if (places) checkIds(positions, layout, maxPositionEmbeddings, "positions", "max_position_embeddings");
    const types = this.token_type_embeddings?.weight;
    if (types) checkIds(tokenTypes, layout, types.shape[0]!, "token_type_ids", "type_vocab_size");
    const { gamma, beta } = this.LayerNorm.affine;
    const embedded = embeddingsLayerNorm(
      {
        word: this.word_embeddings.weight.value as tf.Tensor2D,
        ...(places && { position: places.value as tf.Tensor2D }),
        ...(types && { tokenType: types.value as tf.Tensor2D }),
      },
      {
        ids: tf.tensor1d(ids, "int32"),
        positions: tf.tensor1d(positions, "int32"),
        tokenTypes: tf.tensor1d(tokenTypes, "int32"),
      },
      gamma,
      beta,
      this.LayerNorm.eps,
      padTokenId ?? undefined,
    );
    return this.dropout.forward(embedded);
  }

  describe(graph: ModuleGraph): GraphValue {
    const first = this.#padding === undefined ? 0 : this.#padding + 1;
    const words = graph.embedding(this.word_embeddings, graph.builder.inputIds);
    const types = this.token_type_embeddings;
    const typed = types
      ? graph.builder.add(words, graph.embedding(types, graph.builder.tokenTypeIds))
      : words;
    const table = this.position_embeddings;
    const placed = table ? graph.builder.add(typed, graph.positions(table, first)) : typed;
    return graph.layerNorm(this.LayerNorm, placed);
  }

  /** @see transformers, create_position_ids_from_input_ids */
  private positionsOf({ ids, positions, layout }: PackedBatch): Int32Array {
    const padding = this.#padding;
    if (padding === undefined) return positions;
    const counted = new Int32Array(ids.length);
    for (let sequence = 0; sequence < layout.count; sequence++) {
      let position = padding;
      for (let token = layout.offsets[sequence]!; token < layout.offsets[sequence + 1]!; token++) {
        counted[token] = ids[token] === padding ? padding : ++position;
      }
    }
    return counted;
  }
}
