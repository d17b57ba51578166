import { encoderConfig, type ConfigOptions, type EncoderSettings } from "../encoder/configuration";

/** Whether a layer's tokens see their whole sequence, or those near them alone. */
export type LayerType = "full_attention" | "sliding_attention";

/** Everything that shapes a ModernBERT, under transformers' names in camelCase. */
export interface ModernBertSettings extends EncoderSettings {
  normBias: boolean;
  attentionBias: boolean;
  mlpBias: boolean;
  classifierBias: boolean;
  decoderBias: boolean;
  embeddingDropout: number;
  /** How many tokens a token of a local layer sees, half of them on each side. */
  localAttention: number;
  /** One layer of so many sees its whole sequence, beginning with the first. */
  globalAttnEveryNLayers: number;
  /** The layers' types one by one; null: as `globalAttnEveryNLayers` says. */
  layerTypes: readonly LayerType[] | null;
  /** How slowly positions turn, in layers that see all and in local ones; null: as in the others. */
  globalRopeTheta: number;
  localRopeTheta: number | null;
  /** The same as transformers 5 writes it; what it says takes precedence. */
  ropeParameters: Readonly<Partial<Record<LayerType, { rope_type?: string; rope_theta?: number }>>> | null;
  /** What a classifier reads: the first token, or the mean of all. */
  classifierPooling: "cls" | "mean";
}

export type ModernBertConfigOptions = ConfigOptions<ModernBertSettings>;

/**
 * The configuration of a ModernBERT, by default ModernBERT-base's.
 *
 * @see transformers.ModernBertConfig
 * @example
 * const config = new ModernBertConfig({ numHiddenLayers: 2, numLabels: 3 });
 */
export class ModernBertConfig extends encoderConfig<ModernBertSettings>({
  modelType: "modernbert",
  defaults: {
    vocabSize: 50368,
    hiddenSize: 768,
    numHiddenLayers: 22,
    numAttentionHeads: 12,
    intermediateSize: 1152,
    maxPositionEmbeddings: 8192,
    normBias: false,
    attentionBias: false,
    mlpBias: false,
    classifierBias: false,
    decoderBias: true,
    hiddenDropoutProb: 0,
    attentionProbsDropoutProb: 0,
    embeddingDropout: 0,
    classifierDropout: 0,
    localAttention: 128,
    globalAttnEveryNLayers: 3,
    layerTypes: null,
    globalRopeTheta: 160_000,
    localRopeTheta: 10_000,
    ropeParameters: null,
    classifierPooling: "cls",
    layerNormEps: 1e-5,
    initializerRange: 0.02,
    padTokenId: 50283,
  },
  sizes: ["localAttention", "globalAttnEveryNLayers"],
  words: { classifierPooling: ["cls", "mean"] },
  fileNames: {
    layerNormEps: "norm_eps",
    hiddenDropoutProb: "mlp_dropout",
    attentionProbsDropoutProb: "attention_dropout",
  },
  fractions: ["initializer_cutoff_factor"],
  fixed: { hidden_activation: "gelu", classifier_activation: "gelu" },
  check({ layerTypes, ropeParameters, numHiddenLayers, hiddenSize, numAttentionHeads }, fail) {
    const known = ["full_attention", "sliding_attention"];
    if (layerTypes && !layerTypes.every((type) => known.includes(type))) {
      fail("layerTypes", `a list of ${known.join(" and ")}`);
    }
    if (layerTypes && layerTypes.length < numHiddenLayers) fail("layerTypes", "a type for each layer");
    for (const { rope_type: type = "default" } of Object.values(ropeParameters ?? {})) {
      if (type !== "default")
        fail("ropeParameters", "of rope_type 'default', which is what this library knows");
    }
    if ((hiddenSize / numAttentionHeads) % 2 !== 0) fail("hiddenSize", "an even number for each head");
  },
}) {
  /** Whether a layer's tokens see their whole sequence. */
  isGlobal(layer: number): boolean {
    const { layerTypes, globalAttnEveryNLayers } = this;
    if (layerTypes) return layerTypes[layer] === "full_attention";
    return layer % globalAttnEveryNLayers === 0;
  }

  /** How slowly positions turn in a layer. */
  thetaOf(layer: number): number {
    const isGlobal = this.isGlobal(layer);
    const own = this.ropeParameters?.[isGlobal ? "full_attention" : "sliding_attention"]?.rope_theta;
    return own ?? (isGlobal ? this.globalRopeTheta : (this.localRopeTheta ?? this.globalRopeTheta));
  }
}
