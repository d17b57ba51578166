import { encoderConfig, type ConfigOptions, type EncoderSettings } from "../encoder/configuration";

/** Everything that shapes a BERT, under transformers' names in camelCase. */
export interface BertSettings extends EncoderSettings {
  typeVocabSize: number;
}

export type BertConfigOptions = ConfigOptions<BertSettings>;

/**
 * The configuration of a BERT, by default bert-base-uncased's.
 *
 * @throws ConfigError if a value cannot work, naming it
 * @see transformers.BertConfig
 * @example
 * const config = new BertConfig({ hiddenSize: 128, numHiddenLayers: 2, numAttentionHeads: 2, intermediateSize: 512 });
 */
export class BertConfig extends encoderConfig<BertSettings>({
  modelType: "bert",
  defaults: {
    vocabSize: 30522,
    hiddenSize: 768,
    numHiddenLayers: 12,
    numAttentionHeads: 12,
    intermediateSize: 3072,
    maxPositionEmbeddings: 512,
    typeVocabSize: 2,
    hiddenDropoutProb: 0.1,
    attentionProbsDropoutProb: 0.1,
    layerNormEps: 1e-12,
    initializerRange: 0.02,
    padTokenId: 0,
    classifierDropout: null,
  },
  sizes: ["typeVocabSize"],
  fixed: { hidden_act: "gelu", position_embedding_type: "absolute" },
}) {}
