/**
 * The attributes of fused kernels. An engine that registers a tfjs kernel under one of these names has it used by the
 * op of the same name in `ops/`; the op's composite form is the definition of what it computes.
 */
export interface DropoutAttributes {
  /** Probability of dropping; 0 for no dropout. */
  rate: number;
  seed: number;
  site: number;
  step: number;
  /** Number of the first element in the stream of random numbers. */
  first: number;
}

export interface AdamWSettings {
  learningRate: number;
  beta1: number;
  beta2: number;
  eps: number;
  /** Decoupled: the parameter shrinks by learningRate * weightDecay, apart from the gradient's step. */
  weightDecay: number;
  /** Number of this update, from 1: the bias corrections are 1 - beta ** step. */
  step: number;
  /** Factor on the gradient, applied first: how clipping comes in. */
  gradientScale: number;
}

/**
 * Of `PackedAttention` (q, k, v and a bias, which may be missing, to the context and the attention weights before dropout, [sum of
 * heads * length^2], sequence by sequence, head by head) and `PackedAttentionGrad` (dy, q, k, v, bias, weights to dq, dk, dv and,
 * where there is a bias, dbias). An engine may leave the weights out, and compute them anew for the gradients.
 */
export interface PackedAttentionSettings {
  /** Rows where the sequences begin, and the number of all rows at the end. */
  offsets: number[];
  heads: number;
  /** Factor on the products of queries and keys. */
  scale: number;
  /** How many rows away a token sees another; 0: all of its sequence. */
  window: number;
  dropoutRate: number;
  /** Of dropout; its random numbers are counted in the order of the weights. */
  seed: number;
  site: number;
  step: number;
  first: number;
}

/** Of `RotaryProjections` (qkv to q, k and v) and `RotaryProjectionsGrad` (dq, dk and dv to dqkv). */
export interface RotaryProjectionsSettings {
  /** Of each row. */
  positions: Int32Array;
  heads: number;
  theta: number;
}

/**
 * Of `DisentangledBias` (q, k and the tables positionKeys and positionQueries, of which one may be missing, to the bias) and
 * `DisentangledBiasGrad` (dy and these to the gradients of all that are there).
 */
export interface DisentangledBiasSettings {
  /** Rows where the sequences begin, and the number of all rows at the end. */
  offsets: Int32Array;
  heads: number;
  scale: number;
  /** The sum of the sequences' squared lengths. */
  pairs: number;
}

/** The weights of an encoder layer of BERT's kind, in the order in which a token meets them. */
export const ENCODER_LAYER_WEIGHTS = [
  ...(["queryWeight", "queryBias", "keyWeight", "keyBias", "valueWeight", "valueBias"] as const),
  ...(["attentionOutputWeight", "attentionOutputBias", "attentionGamma", "attentionBeta"] as const),
  ...(["intermediateWeight", "intermediateBias", "outputWeight", "outputBias"] as const),
  ...(["outputGamma", "outputBeta"] as const),
];

export type EncoderLayerWeight = (typeof ENCODER_LAYER_WEIGHTS)[number];

/**
 * Of `EncoderLayer` (x, the weights and a bias of attention, which may be missing, to the states and what the gradient needs) and
 * `EncoderLayerGrad` (dy, what the other kept, and its inputs to their gradients, in the order x, weights, bias).
 */
export interface EncoderLayerSettings {
  /** Rows where the sequences begin, and the number of all rows at the end. */
  offsets: Int32Array;
  heads: number;
  eps: number;
  /** Of the network for each token. */
  activation: "gelu" | "gelu_new";
  attentionDropout: DropoutAttributes;
  /** Of the attention's output, and of the layer's. */
  attentionOutputDropout: DropoutAttributes;
  outputDropout: DropoutAttributes;
  /** Whether a gradient will be asked for. */
  keeps: boolean;
}
