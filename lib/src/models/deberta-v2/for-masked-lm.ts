import { BertOnlyMLMHead } from "../bert/for-masked-lm";
import { MaskedLanguageModel, type PredictionParts } from "../heads/masked-lm";
import { ModelContext } from "../module";
import type { DebertaV2Config } from "./configuration";
import { DebertaV2Model } from "./modeling";

/**
 * DeBERTa that predicts masked tokens, with the head that transformers calls `legacy`.
 *
 * @see transformers.DebertaV2ForMaskedLM
 * @example
 * const model = new DebertaV2ForMaskedLM(new DebertaV2Config(), 42).initializeWeights();
 */
export class DebertaV2ForMaskedLM extends MaskedLanguageModel {
  readonly architecture = "DebertaV2ForMaskedLM";
  readonly baseModelPrefix = "deberta";
  override readonly tiedWeights = new Map([
    ["cls.predictions.decoder.weight", "deberta.embeddings.word_embeddings.weight"],
    ["cls.predictions.decoder.bias", "cls.predictions.bias"],
  ]);
  readonly deberta: DebertaV2Model;
  readonly cls: BertOnlyMLMHead;

  constructor(config: DebertaV2Config, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.deberta = new DebertaV2Model(config, context);
    this.cls = new BertOnlyMLMHead(config);
  }

  protected get body(): DebertaV2Model {
    return this.deberta;
  }

  protected get predictionParts(): PredictionParts {
    return this.cls.parts;
  }
}
