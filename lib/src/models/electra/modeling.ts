import { BertEncoder } from "../bert/modeling";
import { EncoderEmbeddings } from "../encoder/embeddings";
import { EncoderModel } from "../encoder/encoder-model";
import type { EncoderLayer } from "../encoder/layer";
import { Linear } from "../layers";
import type { ModelContext } from "../module";
import type { ElectraConfig } from "./configuration";

// ELECTRA (Clark et al. 2020): BERT's layers, under the same names, on embeddings that may be narrower; no pooler.

/**
 * The encoder without a head, of a discriminator (which is what one fine-tunes) or a generator.
 *
 * @see transformers.ElectraModel
 * @example
 * const body = new ElectraModel(new ElectraConfig({ numHiddenLayers: 2 }), 42).initializeWeights();
 */
export class ElectraModel extends EncoderModel {
  readonly architecture: string = "ElectraModel";
  readonly baseModelPrefix = "electra";
  readonly embeddings: EncoderEmbeddings;
  readonly embeddings_project: Linear | undefined;
  readonly encoder: BertEncoder;
  readonly pooler = undefined;

  /** @param origin  the seed, or what a whole model shares where this is a part of it */
  constructor(config: ElectraConfig, origin: number | ModelContext) {
    super(config, origin);
    const { embeddingSize: width, hiddenSize, typeVocabSize, initializerRange } = config;
    this.embeddings = new EncoderEmbeddings(config, this.context, { width, typeVocabSize });
    this.embeddings_project =
      width === hiddenSize ? undefined : new Linear(width, hiddenSize, initializerRange);
    this.encoder = new BertEncoder(config, this.context);
  }

  protected override get embeddingsProjection(): Linear | undefined {
    return this.embeddings_project;
  }

  protected get passedLayers(): readonly EncoderLayer[] {
    return this.encoder.layer;
  }
}
