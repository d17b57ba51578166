import { LMHead } from "../heads/lm-head";
import { MaskedLanguageModel, type PredictionParts } from "../heads/masked-lm";
import { ModelContext } from "../module";
import type { RobertaConfig } from "./configuration";
import { RobertaModel } from "./modeling";

/**
 * RoBERTa that predicts masked tokens: how it is pretrained.
 *
 * @see transformers.RobertaForMaskedLM
 * @example
 * const model = new RobertaForMaskedLM(new RobertaConfig(), 42).initializeWeights();
 */
export class RobertaForMaskedLM extends MaskedLanguageModel {
  readonly architecture: string = "RobertaForMaskedLM";
  readonly baseModelPrefix = "roberta";
  override readonly tiedWeights = new Map([
    ["lm_head.decoder.weight", "roberta.embeddings.word_embeddings.weight"],
    ["lm_head.decoder.bias", "lm_head.bias"],
  ]);
  readonly roberta: RobertaModel;
  readonly lm_head: LMHead;

  constructor(config: RobertaConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.roberta = new RobertaModel(config, context, { pooler: false });
    this.lm_head = new LMHead(config);
  }

  protected get body(): RobertaModel {
    return this.roberta;
  }

  protected get predictionParts(): PredictionParts {
    return this.lm_head.parts;
  }
}
