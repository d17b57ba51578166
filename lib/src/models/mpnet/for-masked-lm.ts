import { LMHead } from "../heads/lm-head";
import { MaskedLanguageModel, type PredictionParts } from "../heads/masked-lm";
import { ModelContext } from "../module";
import type { MPNetConfig } from "./configuration";
import { MPNetModel } from "./modeling";

/**
 * MPNet that predicts masked tokens.
 *
 * @see transformers.MPNetForMaskedLM
 * @example
 * const model = new MPNetForMaskedLM(new MPNetConfig(), 42).initializeWeights();
 */
export class MPNetForMaskedLM extends MaskedLanguageModel {
  readonly architecture = "MPNetForMaskedLM";
  readonly baseModelPrefix = "mpnet";
  override readonly tiedWeights = new Map([
    ["lm_head.decoder.weight", "mpnet.embeddings.word_embeddings.weight"],
    ["lm_head.decoder.bias", "lm_head.bias"],
  ]);
  readonly mpnet: MPNetModel;
  readonly lm_head: LMHead;

  constructor(config: MPNetConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.mpnet = new MPNetModel(config, context, { pooler: false });
    this.lm_head = new LMHead(config);
  }

  protected get body(): MPNetModel {
    return this.mpnet;
  }

  protected get predictionParts(): PredictionParts {
    return this.lm_head.parts;
  }
}
