import { MaskedLanguageModel, type PredictionParts } from "../heads/masked-lm";
import { Module, ModelContext, Parameter } from "../module";
import type { ModernBertConfig } from "./configuration";
import { ModernBertModel } from "./modeling";
import { ModernBertPredictionHead } from "./prediction-head";

/** The matrix is the table of the vocabulary; the bias is its own. */
class Decoder extends Module {
  readonly bias: Parameter | undefined;

  constructor({ vocabSize, decoderBias }: ModernBertConfig) {
    super();
    this.bias = decoderBias ? new Parameter([vocabSize], { constant: 0 }) : undefined;
  }
}

/**
 * ModernBERT that predicts masked tokens: how it is pretrained.
 *
 * @see transformers.ModernBertForMaskedLM
 * @example
 * const model = new ModernBertForMaskedLM(new ModernBertConfig(), 42).initializeWeights();
 */
export class ModernBertForMaskedLM extends MaskedLanguageModel {
  readonly architecture = "ModernBertForMaskedLM";
  readonly baseModelPrefix = "model";
  override readonly tiedWeights = new Map([["decoder.weight", "model.embeddings.tok_embeddings.weight"]]);
  readonly model: ModernBertModel;
  readonly head: ModernBertPredictionHead;
  readonly decoder: Decoder;

  constructor(config: ModernBertConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.model = new ModernBertModel(config, context);
    this.head = new ModernBertPredictionHead(config);
    this.decoder = new Decoder(config);
  }

  protected get body(): ModernBertModel {
    return this.model;
  }

  protected get predictionParts(): PredictionParts {
    const { dense, norm } = this.head;
    return { dense, activation: "gelu", norm, bias: this.decoder.bias };
  }
}
