import type * as tf from "@tensorflow/tfjs-core";
import { LayerNorm, Linear } from "../layers";
import { Module } from "../module";
import type { ModernBertConfig } from "./configuration";
import { outputRange } from "./modeling";

/** What all heads of ModernBERT begin with: a dense layer and a normalisation. */
export class ModernBertPredictionHead extends Module {
  readonly dense: Linear;
  readonly norm: LayerNorm;

  constructor(config: ModernBertConfig) {
    super();
    const { hiddenSize, layerNormEps, classifierBias, normBias } = config;
    this.dense = new Linear(hiddenSize, hiddenSize, outputRange(config), { bias: classifierBias });
    this.norm = new LayerNorm(hiddenSize, layerNormEps, { bias: normBias });
  }

  forward(x: tf.Tensor2D): tf.Tensor2D {
    return this.norm.forward(this.dense.forward(x, "gelu"));
  }
}
