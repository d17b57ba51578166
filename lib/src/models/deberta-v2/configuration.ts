import { encoderConfig, type ConfigOptions, type EncoderSettings } from "../encoder/configuration";

/** Everything that shapes a DeBERTa of version 2 or 3, under transformers' names in camelCase. */
export interface DebertaV2Settings extends EncoderSettings {
  /** 0: the texts of a pair are not told apart. */
  typeVocabSize: number;
  /** Whether attention compares contents with distances. */
  relativeAttention: boolean;
  /** Kinds of distances in each direction, far ones sharing theirs; -1: each distance is one. */
  positionBuckets: number;
  /** From which distance on all are one; -1: `maxPositionEmbeddings`. */
  maxRelativePositions: number;
  /** Which comparisons there are: "c2p" (the looking token's content with the distance), "p2c", or both as "p2c|c2p". */
  posAttType: string | readonly string[] | null;
  /** Whether distances are projected by the layers' own queries and keys. */
  shareAttKey: boolean;
  /** "layer_norm": the vectors of distances are normalised. */
  normRelEbd: string;
  /** Whether positions are added to the embeddings, too. */
  positionBiasedInput: boolean;
  poolerDropout: number;
}

export type DebertaV2ConfigOptions = ConfigOptions<DebertaV2Settings>;

/**
 * The configuration of a DeBERTa of version 2 or 3.
 *
 * @see transformers.DebertaV2Config
 * @example
 * const config = new DebertaV2Config({ numHiddenLayers: 2, numLabels: 3 });
 */
export class DebertaV2Config extends encoderConfig<DebertaV2Settings>({
  modelType: "deberta-v2",
  defaults: {
    vocabSize: 128100,
    hiddenSize: 1536,
    numHiddenLayers: 24,
    numAttentionHeads: 24,
    intermediateSize: 6144,
    maxPositionEmbeddings: 512,
    typeVocabSize: 0,
    relativeAttention: false,
    positionBuckets: -1,
    maxRelativePositions: -1,
    posAttType: null,
    shareAttKey: false,
    normRelEbd: "none",
    positionBiasedInput: true,
    poolerDropout: 0,
    hiddenDropoutProb: 0.1,
    attentionProbsDropoutProb: 0.1,
    layerNormEps: 1e-7,
    initializerRange: 0.02,
    padTokenId: 0,
    classifierDropout: null,
  },
  words: { normRelEbd: ["none", "layer_norm"] },
  fileNames: { classifierDropout: "cls_dropout" },
  fixed: { hidden_act: "gelu", pooler_hidden_act: "gelu", legacy: true, conv_kernel_size: 0 },
}) {
  /** The comparisons that there are. */
  get comparisons(): readonly string[] {
    const { posAttType } = this;
    if (posAttType === null) return [];
    return typeof posAttType === "string" ? posAttType.split("|").map((part) => part.trim()) : posAttType;
  }

  /** Kinds of distances in each direction. */
  get span(): number {
    return this.positionBuckets > 0 ? this.positionBuckets : this.farthest;
  }

  /** The distance from which on all are one. */
  get farthest(): number {
    return this.maxRelativePositions > 0 ? this.maxRelativePositions : this.maxPositionEmbeddings;
  }
}
