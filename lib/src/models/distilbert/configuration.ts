import { encoderConfig, type ConfigOptions, type EncoderSettings } from "../encoder/configuration";

/** Everything that shapes a DistilBERT, under the names that it has in other families. */
export interface DistilBertSettings extends EncoderSettings {
  /** Dropout before the layer that finds answers. */
  qaDropout: number;
}

export type DistilBertConfigOptions = ConfigOptions<DistilBertSettings>;

/**
 * The configuration of a DistilBERT, by default distilbert-base-uncased's. Settings have the names that they have in every
 * other family; in the file they are DistilBERT's own (`dim`, `n_layers`, …).
 *
 * @see transformers.DistilBertConfig
 * @example
 * const config = new DistilBertConfig({ numHiddenLayers: 2, numLabels: 3 });
 */
export class DistilBertConfig extends encoderConfig<DistilBertSettings>({
  modelType: "distilbert",
  defaults: {
    vocabSize: 30522,
    hiddenSize: 768,
    numHiddenLayers: 6,
    numAttentionHeads: 12,
    intermediateSize: 3072,
    maxPositionEmbeddings: 512,
    hiddenDropoutProb: 0.1,
    attentionProbsDropoutProb: 0.1,
    layerNormEps: 1e-12,
    initializerRange: 0.02,
    padTokenId: 0,
    classifierDropout: 0.2,
    qaDropout: 0.1,
  },
  fileNames: {
    hiddenSize: "dim",
    numHiddenLayers: "n_layers",
    numAttentionHeads: "n_heads",
    intermediateSize: "hidden_dim",
    hiddenDropoutProb: "dropout",
    attentionProbsDropoutProb: "attention_dropout",
    classifierDropout: "seq_classif_dropout",
  },
  unwritten: ["layerNormEps"],
  fixed: { activation: "gelu" },
}) {}
