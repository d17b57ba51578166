import type { EncoderConfig } from "../encoder/configuration";
import { LayerNorm, Linear } from "../layers";
import { Module, Parameter } from "../module";
import type { PredictionParts } from "./masked-lm";

/**
 * Where RoBERTa and its kin keep what makes scores of states.
 *
 * @see transformers' RobertaLMHead, MPNetLMHead
 */
export class LMHead extends Module {
  readonly dense: Linear;
  readonly layer_norm: LayerNorm;
  readonly bias: Parameter;

  constructor({ hiddenSize, vocabSize, initializerRange, layerNormEps }: EncoderConfig) {
    super();
    this.dense = new Linear(hiddenSize, hiddenSize, initializerRange);
    this.layer_norm = new LayerNorm(hiddenSize, layerNormEps);
    this.bias = new Parameter([vocabSize], { constant: 0 });
  }

  get parts(): PredictionParts {
    return { dense: this.dense, activation: "gelu", norm: this.layer_norm, bias: this.bias };
  }
}
