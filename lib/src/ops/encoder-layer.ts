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
  /** Of the network for each token. */
  activation: EncoderLayerSettings["activation"];
  /** Added to the scores of attention, as {@link attention} takes it. */
  bias?: tf.Tensor1D | undefined;
  /** Of attention weights. */
  attentionDropout: DropoutOptions;
  /** Of what attention gives, after its projection. */
  attentionOutputDropout: DropoutOptions;
  /** Of what the network for each token gives. */
  outputDropout: DropoutOptions;
}

/**
 * An encoder layer of BERT's kind as one op with one gradient: attention, projection, dropout, residual connection and
 * normalisation, then the same with a network of two layers. There is one node on the tape for it, and what lies between
 * the products exists only as long as it is needed; the activation's values are computed anew for the gradient.
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
    activation: options.activation,
    attentionDropout: attributesOf(options.attentionDropout),
    attentionOutputDropout: attributesOf(options.attentionOutputDropout),
    outputDropout: attributesOf(options.outputDropout),
    keeps: tf.engine().isTapeOn(),
  };
  const run = (kernel: string, inputs: tf.NamedTensorMap) =>
    tf.engine().runKernel<tf.Tensor[]>(kernel, inputs, settings as unknown as tf.NamedAttrMap);
  const { bias } = options;
  const biased: Record<string, tf.Tensor> = bias ? { bias } : {};
  if (!settings.keeps) return run("EncoderLayer", { x, ...weights, ...biased })[0] as tf.Tensor2D;
  const inputs = ENCODER_LAYER_WEIGHTS.map((name) => weights[name]);
  return customGradient([x, ...inputs, ...Object.values(biased)], () => {
    const [states, kept] = run("EncoderLayer", { x, ...weights, ...biased });
    return {
      value: states!,
      saved: [x, kept!, ...Object.values(biased)],
      gradient: (dy, [x, kept, bias]) =>
        run("EncoderLayerGrad", { dy, x: x!, kept: kept!, ...weights, ...(bias && { bias }) }),
    };
  }) as tf.Tensor2D;
}

const attributesOf = ({ rate, key }: DropoutOptions): DropoutAttributes => {
  const { seed, site, step = 0, first = 0 } = key;
  return { rate, seed, site, step, first };
};
