import type { Activation } from "../../ops/linear";
import { MaskedLanguageModel, type PredictionParts } from "../heads/masked-lm";
import { LayerNorm, Linear } from "../layers";
import { Module, ModelContext, Parameter } from "../module";
import type { AlbertConfig } from "./configuration";
import { AlbertModel } from "./modeling";

class AlbertMLMHead extends Module {
  readonly LayerNorm: LayerNorm;
  readonly bias: Parameter;
  readonly dense: Linear;
  readonly #activation: Activation;

  constructor(config: AlbertConfig) {
    super();
    const { hiddenSize, embeddingSize, vocabSize, initializerRange, layerNormEps } = config;
    this.LayerNorm = new LayerNorm(embeddingSize, layerNormEps);
    this.bias = new Parameter([vocabSize], { constant: 0 });
    this.dense = new Linear(hiddenSize, embeddingSize, initializerRange);
    this.#activation = config.hiddenAct;
  }

  get parts(): PredictionParts {
    return { dense: this.dense, activation: this.#activation, norm: this.LayerNorm, bias: this.bias };
  }
}

/**
 * ALBERT that predicts masked tokens.
 *
 * @see transformers.AlbertForMaskedLM
 * @example
 * const model = new AlbertForMaskedLM(new AlbertConfig(), 42).initializeWeights();
 */
export class AlbertForMaskedLM extends MaskedLanguageModel {
  readonly architecture = "AlbertForMaskedLM";
  readonly baseModelPrefix = "albert";
  override readonly tiedWeights = new Map([
    ["predictions.decoder.weight", "albert.embeddings.word_embeddings.weight"],
    ["predictions.decoder.bias", "predictions.bias"],
  ]);
  readonly albert: AlbertModel;
  readonly predictions: AlbertMLMHead;

  constructor(config: AlbertConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.albert = new AlbertModel(config, context, { pooler: false });
    this.predictions = new AlbertMLMHead(config);
  }

  protected get body(): AlbertModel {
    return this.albert;
  }

  protected get predictionParts(): PredictionParts {
    return this.predictions.parts;
  }
}
