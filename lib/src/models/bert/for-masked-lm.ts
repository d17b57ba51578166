import type { EncoderConfig } from "../encoder/configuration";
import { MaskedLanguageModel, type PredictionParts } from "../heads/masked-lm";
import { LayerNorm, Linear } from "../layers";
import { Module, ModelContext, Parameter } from "../module";
import type { BertConfig } from "./configuration";
import { BertModel } from "./modeling";

class BertPredictionHeadTransform extends Module {
  readonly dense: Linear;
  readonly LayerNorm: LayerNorm;

  constructor({ hiddenSize, initializerRange, layerNormEps }: EncoderConfig) {
    super();
    this.dense = new Linear(hiddenSize, hiddenSize, initializerRange);
    this.LayerNorm = new LayerNorm(hiddenSize, layerNormEps);
  }
}

class BertLMPredictionHead extends Module {
  readonly transform: BertPredictionHeadTransform;
  readonly bias: Parameter;

  constructor(config: EncoderConfig) {
    super();
    this.transform = new BertPredictionHeadTransform(config);
    this.bias = new Parameter([config.vocabSize], { constant: 0 });
  }
}

/** What makes scores of states, where BERT and others keep it. */
export class BertOnlyMLMHead extends Module {
  readonly predictions: BertLMPredictionHead;

  constructor(config: EncoderConfig) {
    super();
    this.predictions = new BertLMPredictionHead(config);
  }

  get parts(): PredictionParts {
    const { transform, bias } = this.predictions;
    return { dense: transform.dense, activation: "gelu", norm: transform.LayerNorm, bias };
  }
}

/**
 * BERT that predicts masked tokens (Devlin et al. 2019, "masked LM"): how it is pretrained.
 *
 * @see transformers.BertForMaskedLM
 * @example
 * const model = new BertForMaskedLM(new BertConfig(), 42).initializeWeights();
 */
export class BertForMaskedLM extends MaskedLanguageModel {
  readonly architecture = "BertForMaskedLM";
  readonly baseModelPrefix = "bert";
  override readonly tiedWeights = new Map([
    ["cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight"],
    ["cls.predictions.decoder.bias", "cls.predictions.bias"],
  ]);
  readonly bert: BertModel;
  readonly cls: BertOnlyMLMHead;

  constructor(config: BertConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.bert = new BertModel(config, context, { pooler: false });
    this.cls = new BertOnlyMLMHead(config);
  }

  protected get body(): BertModel {
    return this.bert;
  }

  protected get predictionParts(): PredictionParts {
    return this.cls.parts;
  }
}
