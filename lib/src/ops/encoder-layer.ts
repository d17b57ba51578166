import * as tf from "../tfjs";
import {
  ENCODER_LAYER_WEIGHTS,
  type DropoutAttributes,
  type EncoderLayerSettings,
  type EncoderLayerWeight,
} from "../engines/fused-kernels";
import { customGradient } from "./custom-gradient";
import type { DropoutOptions } from "./dropout-add-layer-norm";
import { hasFused } from "./fused";
import type { SequenceLayout } from "./packed-sequences";

export { ENCODER_LAYER_WEIGHTS, type EncoderLayerWeight };

export type EncoderLayerWeights = Record<EncoderLayerWeight, tf.Tensor>;

export interface EncoderLayerOptions {
  heads: number;
  /** Added to the variances. */
  eps: number;
  /** Of attention weights. */
  attentionDropout: DropoutOptions;
  /** Of what attention gives, after its projection. */
  attentionOutputDropout: DropoutOptions;
  /** Of what the network for each token gives. */
  outputDropout: DropoutOptions;
}

/**
 * An encoder layer of BERT's kind as one op with one gradient: attention, projection, dropout, residual connection and
 * normalisation, then the same with a network of two layers and GELU. There is one node on the tape for it, and what lies between
 * the products exists only as long as it is needed; GELU's values are computed anew for the gradient.
 *
 * @param x        [tokens, hidden]
 * @param weights  matrices as [out, in]; all of them trained, or no gradient asked for
 * @param layout   which rows belong to which sequence
 * @returns        [tokens, hidden], or undefined on an engine without a kernel for it: the layer is then computed from other ops
 * @see Devlin et al. 2019; transformers' BertLayer
 */
export function encoderLayer(
  x: tf.Tensor2D,
  weights: EncoderLayerWeights,
  layout: SequenceLayout,
  options: EncoderLayerOptions,
): tf.Tensor2D | undefined {
  if (!hasFused("EncoderLayer")) return undefined;
  const settings: EncoderLayerSettings = {
    offsets: layout.offsets,
    heads: options.heads,
    eps: options.eps,
    attentionDropout: attributesOf(options.attentionDropout),
    attentionOutputDropout: attributesOf(options.attentionOutputDropout),
    outputDropout: attributesOf(options.outputDropout),
    keeps: tf.engine().isTapeOn(),
  };
  const run = (kernel: string, inputs: tf.NamedTensorMap) =>
    tf.engine().runKernel<tf.Tensor[]>(kernel, inputs, settings as unknown as tf.NamedAttrMap);
  if (!settings.keeps) return run("EncoderLayer", { x, ...weights })[0] as tf.Tensor2D;
  const inputs = ENCODER_LAYER_WEIGHTS.map((name) => weights[name]);
  return customGradient([x, ...inputs], () => {
    const [states, kept] = run("EncoderLayer", { x, ...weights });
    return {
      value: states!,
      saved: [x, kept!],
      gradient: (dy, [x, kept]) => run("EncoderLayerGrad", { dy, x: x!, kept: kept!, ...weights }),
    };
  }) as tf.Tensor2D;
}

const attributesOf = ({ rate, key }: DropoutOptions): DropoutAttributes => {
  const { seed, site, step = 0, first = 0 } = key;
  return { rate, seed, site, step, first };
};
