import { MaskedLanguageModel, type PredictionParts } from "../heads/masked-lm";
import { LayerNorm, Linear } from "../layers";
import { Module, ModelContext, Parameter } from "../module";
import type { DistilBertConfig } from "./configuration";
import { DistilBertModel } from "./modeling";

/** The matrix is the table of word embeddings; the bias is its own. */
class VocabProjector extends Module {
  readonly bias: Parameter;

  constructor({ vocabSize }: DistilBertConfig) {
    super();
    this.bias = new Parameter([vocabSize], { constant: 0 });
  }
}

/**
 * DistilBERT that predicts masked tokens.
 *
 * @see transformers.DistilBertForMaskedLM
 * @example
 * const model = new DistilBertForMaskedLM(new DistilBertConfig(), 42).initializeWeights();
 */
export class DistilBertForMaskedLM extends MaskedLanguageModel {
  readonly architecture = "DistilBertForMaskedLM";
  readonly baseModelPrefix = "distilbert";
  override readonly tiedWeights = new Map([
    ["vocab_projector.weight", "distilbert.embeddings.word_embeddings.weight"],
  ]);
  readonly distilbert: DistilBertModel;
  readonly vocab_transform: Linear;
  readonly vocab_layer_norm: LayerNorm;
  readonly vocab_projector: VocabProjector;

  constructor(config: DistilBertConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    const { hiddenSize, initializerRange, layerNormEps } = config;
    this.distilbert = new DistilBertModel(config, context);
    this.vocab_transform = new Linear(hiddenSize, hiddenSize, initializerRange);
    this.vocab_layer_norm = new LayerNorm(hiddenSize, layerNormEps);
    this.vocab_projector = new VocabProjector(config);
  }

  protected get body(): DistilBertModel {
    return this.distilbert;
  }

  protected get predictionParts(): PredictionParts {
    const { vocab_transform: dense, vocab_layer_norm: norm, vocab_projector } = this;
    return { dense, activation: "gelu", norm, bias: vocab_projector.bias };
  }
}
