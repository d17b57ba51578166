import type { BertSettings } from "../bert/configuration";
import { encoderConfig, type ConfigOptions } from "../encoder/configuration";

/** Everything that shapes an ELECTRA, under transformers' names in camelCase. */
export interface ElectraSettings extends BertSettings {
  /** Columns of the embeddings; where they are not `hiddenSize`, a linear layer maps them there. */
  embeddingSize: number;
  /** Dropout of what stands for a text whose choices are compared. */
  summaryLastDropout: number;
}

export type ElectraConfigOptions = ConfigOptions<ElectraSettings>;

/**
 * The configuration of an ELECTRA, by default electra-small's.
 *
 * @see transformers.ElectraConfig
 * @example
 * const config = new ElectraConfig({ numHiddenLayers: 2, numLabels: 3 });
 */
export class ElectraConfig extends encoderConfig<ElectraSettings>({
  modelType: "electra",
  defaults: {
    vocabSize: 30522,
    embeddingSize: 128,
    hiddenSize: 256,
    numHiddenLayers: 12,
    numAttentionHeads: 4,
    intermediateSize: 1024,
    maxPositionEmbeddings: 512,
    typeVocabSize: 2,
    hiddenDropoutProb: 0.1,
    attentionProbsDropoutProb: 0.1,
    layerNormEps: 1e-12,
    initializerRange: 0.02,
    padTokenId: 0,
    classifierDropout: null,
    summaryLastDropout: 0.1,
  },
  sizes: ["embeddingSize", "typeVocabSize"],
  fixed: {
    hidden_act: "gelu",
    position_embedding_type: "absolute",
    summary_type: "first",
    summary_use_proj: true,
    summary_activation: "gelu",
  },
}) {}
