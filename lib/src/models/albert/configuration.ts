import { encoderConfig, type ConfigOptions } from "../encoder/configuration";
import type { BertSettings } from "../bert/configuration";

/** Everything that shapes an ALBERT, under transformers' names in camelCase. */
export interface AlbertSettings extends BertSettings {
  /** Columns of the embeddings, which a linear layer maps to `hiddenSize`. */
  embeddingSize: number;
  /** Groups of layers with weights of their own; the layers of a group share theirs. */
  numHiddenGroups: number;
  /** Layers that a token passes at each step within a group. */
  innerGroupNum: number;
  /** What the network for each token has between its layers: "gelu_new" (version 2) or "gelu" (version 1). */
  hiddenAct: "gelu" | "gelu_new" | "relu";
}

export type AlbertConfigOptions = ConfigOptions<AlbertSettings>;

/**
 * The configuration of an ALBERT, by default albert-xxlarge's.
 *
 * @see transformers.AlbertConfig
 * @example
 * const config = new AlbertConfig({ numHiddenLayers: 2, numLabels: 3 });
 */
export class AlbertConfig extends encoderConfig<AlbertSettings>({
  modelType: "albert",
  defaults: {
    vocabSize: 30000,
    embeddingSize: 128,
    hiddenSize: 4096,
    numHiddenLayers: 12,
    numHiddenGroups: 1,
    numAttentionHeads: 64,
    intermediateSize: 16384,
    innerGroupNum: 1,
    hiddenAct: "gelu_new",
    maxPositionEmbeddings: 512,
    typeVocabSize: 2,
    hiddenDropoutProb: 0,
    attentionProbsDropoutProb: 0,
    layerNormEps: 1e-12,
    initializerRange: 0.02,
    padTokenId: 0,
    classifierDropout: 0.1,
  },
  sizes: ["embeddingSize", "typeVocabSize", "numHiddenGroups", "innerGroupNum"],
  words: { hiddenAct: ["gelu", "gelu_new", "relu"] },
  fileNames: { classifierDropout: "classifier_dropout_prob" },
  fixed: { position_embedding_type: "absolute" },
}) {}
