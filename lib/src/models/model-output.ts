import type * as tf from "@tensorflow/tfjs-core";
import type { ModelInputs } from "./packed-batch";

/** A batch as a head takes it: what the body reads, and what is to be answered. */
export interface TaskInputs extends ModelInputs {
  /**
   * Of sequences: [batch], int32 class numbers or the float32 targets of a regression. Of tokens: [batch, length]
   * int32, -100 where nothing is asked.
   */
  labels?: tf.Tensor1D | tf.Tensor2D;
  /** Of answers: [batch] int32, the tokens with which they begin and end. */
  start_positions?: tf.Tensor1D;
  end_positions?: tf.Tensor1D;
}

/** What an evaluation keeps of a batch. */
export interface Answers {
  /** [answers, scores] */
  logits: tf.Tensor | undefined;
  /** What the answers should have been. */
  labels: tf.Tensor | undefined;
  /** How many answers each row of the batch has, where it is not one. */
  counts?: number[];
}

export interface ForwardOptions {
  /** Also return what each layer computes. Default false. */
  outputHiddenStates?: boolean;
  /**
   * Also return the attention weights of each layer. This takes the composite path of attention, which is slower and holds the
   * whole matrix: for a look at some texts, not for training. Default false.
   */
  outputAttentions?: boolean;
  /** Of the cross-entropy. Default 0. */
  labelSmoothing?: number;
}

/** What training and inference know of an answer. @see transformers' ModelOutput */
export interface ModelOutput {
  /** Mean over what was asked; there if labels were given. */
  loss?: tf.Scalar;
  /** The scores of each answer: [batch, labels], or of tokens as the head says. */
  logits: tf.Tensor2D | tf.Tensor3D;
  /** [answers] int32: what the rows of `logits` should have been, where that is not the batch's `labels` as they are. */
  labels?: tf.Tensor1D;
}

/** What any model returns beside its own answer, if `outputHiddenStates` or `outputAttentions` asks for it. */
export interface HiddenStates {
  /** [batch, hidden]; where the body has a pooler. */
  poolerOutput?: tf.Tensor2D;
  /** [batch, length, hidden] each, after the embeddings and after each layer; zero at padding. */
  hiddenStates?: tf.Tensor3D[];
  /**
   * [batch, heads, length, length] each, a layer after the other: how much each token (third axis) takes from each (last axis).
   * Columns at padding are 0; rows at padding say nothing.
   */
  attentions?: tf.Tensor4D[];
}

/** What a body computes of a packed batch: [tokens, hidden], no padding among the tokens. */
export interface Encoded {
  /** After the embeddings, then after each layer. */
  hiddenStates: tf.Tensor2D[];
  /** [sequences, hidden]; where the body has a pooler. */
  poolerOutput?: tf.Tensor2D;
  /** What each layer's attention compares and mixes, where `outputProjections` asked for it. */
  projections?: AttentionProjections[];
  /** [sequences, heads, length, length] of each layer, where `outputAttentions` asked for it. */
  attentions?: tf.Tensor4D[];
}

/** Queries, keys and values of one layer, [tokens, hidden] each, all heads side by side. */
export interface AttentionProjections {
  query: tf.Tensor2D;
  key: tf.Tensor2D;
  value: tf.Tensor2D;
}

export interface EncodeOptions {
  /** Also return the queries, keys and values of each layer. Default false. */
  outputProjections?: boolean;
  /** Also return the attention weights of each layer. Default false. */
  outputAttentions?: boolean;
  /**
   * Added to the embeddings, [tokens, hidden]. With zeros nothing changes, but gradients with respect to it are those of the
   * embeddings, token by token. Default: nothing.
   */
  embeddingsOffset?: tf.Tensor2D;
}
