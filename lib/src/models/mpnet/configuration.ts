import {
  encoderConfig,
  FAIRSEQ_PADDING,
  type ConfigOptions,
  type EncoderSettings,
} from "../encoder/configuration";

/** Everything that shapes an MPNet, under transformers' names in camelCase. */
export interface MPNetSettings extends EncoderSettings {
  /** How many kinds of distances between two tokens attention tells apart. */
  relativeAttentionNumBuckets: number;
}

export type MPNetConfigOptions = ConfigOptions<MPNetSettings>;

/**
 * The configuration of an MPNet, by default mpnet-base's.
 *
 * @see transformers.MPNetConfig
 * @example
 * const config = new MPNetConfig({ numHiddenLayers: 2, numLabels: 3 });
 */
export class MPNetConfig extends encoderConfig<MPNetSettings>({
  modelType: "mpnet",
  defaults: {
    vocabSize: 30527,
    hiddenSize: 768,
    numHiddenLayers: 12,
    numAttentionHeads: 12,
    intermediateSize: 3072,
    maxPositionEmbeddings: 512,
    relativeAttentionNumBuckets: 32,
    hiddenDropoutProb: 0.1,
    attentionProbsDropoutProb: 0.1,
    layerNormEps: 1e-12,
    initializerRange: 0.02,
    padTokenId: 1,
    classifierDropout: null,
  },
  sizes: ["relativeAttentionNumBuckets"],
  unwritten: ["classifierDropout"],
  countsFromPadding: true,
  fixed: { hidden_act: "gelu" },
  check({ padTokenId }, fail) {
    // transformers takes 1 whatever the file says.
    if (padTokenId !== FAIRSEQ_PADDING) fail("padTokenId", `${FAIRSEQ_PADDING}, as every MPNet has it`);
  },
}) {}
