import { encoderConfig, type ConfigShape } from "../encoder/configuration";
import type { BertSettings } from "../bert/configuration";

/** What RoBERTa and the models of its body have in common. */
export const ROBERTA: Omit<ConfigShape<BertSettings>, "modelType"> = {
  defaults: {
    vocabSize: 50265,
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
    padTokenId: 1,
    classifierDropout: null,
  },
  sizes: ["typeVocabSize"],
  countsFromPadding: true,
  fixed: { hidden_act: "gelu", position_embedding_type: "absolute" },
};

/**
 * The configuration of a RoBERTa.
 *
 * @see transformers.RobertaConfig
 * @example
 * const config = new RobertaConfig({ numHiddenLayers: 2, numLabels: 3 });
 */
export class RobertaConfig extends encoderConfig<BertSettings>({ modelType: "roberta", ...ROBERTA }) {}
