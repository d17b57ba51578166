import { BertEncoder } from "../bert/modeling";
import { EncoderEmbeddings } from "../encoder/embeddings";
import { EncoderModel, type EncoderModelOptions } from "../encoder/encoder-model";
import type { EncoderLayer } from "../encoder/layer";
import { Pooler } from "../encoder/pooler";
import type { Linear } from "../layers";
import type { ModelContext } from "../module";
import type { RobertaConfig } from "./configuration";

// RoBERTa (Liu et al. 2019): BERT's layers, under the same names; positions are counted from the padding's id on.

/**
 * The encoder without a head.
 *
 * @see transformers.RobertaModel
 * @example
 * const body = new RobertaModel(new RobertaConfig({ numHiddenLayers: 2 }), 42).initializeWeights();
 */
export class RobertaModel extends EncoderModel {
  readonly architecture: string = "RobertaModel";
  readonly baseModelPrefix = "roberta";
  readonly embeddings: EncoderEmbeddings;
  readonly encoder: BertEncoder;
  readonly pooler: Pooler | undefined;

  /** @param origin  the seed, or what a whole model shares where this is a part of it */
  constructor(
    config: RobertaConfig,
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
