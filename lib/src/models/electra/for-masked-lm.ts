import { MaskedLanguageModel, type PredictionParts } from "../heads/masked-lm";
import { LayerNorm, Linear } from "../layers";
import { Module, ModelContext, Parameter } from "../module";
import type { ElectraConfig } from "./configuration";
import { ElectraModel } from "./modeling";

class ElectraGeneratorPredictions extends Module {
  readonly LayerNorm: LayerNorm;
  readonly dense: Linear;

  constructor({ hiddenSize, embeddingSize, initializerRange, layerNormEps }: ElectraConfig) {
    super();
    this.LayerNorm = new LayerNorm(embeddingSize, layerNormEps);
    this.dense = new Linear(hiddenSize, embeddingSize, initializerRange);
  }
}

/** The matrix is the table of word embeddings; the bias is its own. */
class ElectraGeneratorLMHead extends Module {
  readonly bias: Parameter;

  constructor({ vocabSize }: ElectraConfig) {
    super();
    this.bias = new Parameter([vocabSize], { constant: 0 });
  }
}

/**
 * ELECTRA's generator, which predicts masked tokens.
 *
 * @see transformers.ElectraForMaskedLM
 * @example
 * const model = new ElectraForMaskedLM(new ElectraConfig(), 42).initializeWeights();
 */
export class ElectraForMaskedLM extends MaskedLanguageModel {
  readonly architecture = "ElectraForMaskedLM";
  readonly baseModelPrefix = "electra";
  override readonly tiedWeights = new Map([
    ["generator_lm_head.weight", "electra.embeddings.word_embeddings.weight"],
  ]);
  readonly electra: ElectraModel;
  readonly generator_predictions: ElectraGeneratorPredictions;
  readonly generator_lm_head: ElectraGeneratorLMHead;

  constructor(config: ElectraConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.electra = new ElectraModel(config, context);
    this.generator_predictions = new ElectraGeneratorPredictions(config);
    this.generator_lm_head = new ElectraGeneratorLMHead(config);
  }

  protected get body(): ElectraModel {
    return this.electra;
  }

  protected get predictionParts(): PredictionParts {
    const { dense, LayerNorm: norm } = this.generator_predictions;
    return { dense, activation: "gelu", norm, bias: this.generator_lm_head.bias };
  }
}
