import * as tf from "../../tfjs";
import { crossEntropy } from "../../ops/cross-entropy";
import { linear, type Activation } from "../../ops/linear";
import { padSequences } from "../../ops/packed-sequences";
import { takeRows } from "../../ops/take-rows";
import type { EncoderModel } from "../encoder/encoder-model";
import type { GraphBuilder, GraphOutputs } from "../graph-builder";
import type { LayerNorm, Linear } from "../layers";
import type { Encoded, EncodeOptions, ForwardOptions, ModelOutput, TaskInputs } from "../model-output";
import type { Parameter } from "../module";
import { ModuleGraph } from "../module-graph";
import type { PackedBatch } from "../packed-batch";
import { PreTrainedModel } from "../pretrained-model";
import { askedTokens, checkTokenLabels, countAsked } from "./asked-tokens";

/** @see transformers' MaskedLMOutput */
export interface MaskedLMOutput extends ModelOutput {
  /**
   * Without labels [batch, length, vocabulary], zeros at padding. With labels [asked tokens, vocabulary]: a vocabulary's
   * worth of scores is computed only where something is asked, which is one token in seven.
   */
  logits: tf.Tensor2D | tf.Tensor3D;
  /** [asked tokens] int32; there if labels were given. */
  labels?: tf.Tensor1D;
}

/** What makes scores of states, wherever a family keeps it. */
export interface PredictionParts {
  dense: Linear;
  activation: Activation;
  norm: LayerNorm;
  /** Of the vocabulary; most families have one. */
  bias: Parameter | undefined;
}

/**
 * A model that predicts tokens from their surroundings: a dense layer and a normalisation, then each token of the vocabulary is
 * compared with by its embedding. What is the same for every body: which tokens are asked for, the scores and the loss. A
 * family says where the parts lie.
 *
 * @see Devlin et al. 2019, "masked LM"; transformers.AutoModelForMaskedLM
 * @example
 * const model = await AutoModelForMaskedLM.fromPretrained("distilroberta-base"); // a MaskedLanguageModel
 */
export abstract class MaskedLanguageModel extends PreTrainedModel<MaskedLMOutput> {
  protected abstract get body(): EncoderModel;

  /** Looked up anew for each pass: an adapter may have been put in a part's place. */
  protected abstract get predictionParts(): PredictionParts;

  encode(batch: PackedBatch, options?: EncodeOptions): Encoded {
    return this.body.encode(batch, options);
  }

  override describe(builder: GraphBuilder): GraphOutputs {
    const graph = new ModuleGraph(builder, this);
    const { dense, activation, norm, bias } = this.predictionParts;
    const mapped = graph.linear(dense, this.body.describeStates(graph), activation);
    const value = graph.linearOf(this.words, bias, graph.layerNorm(norm, mapped));
    return { logits: { value, shape: ["batch_size", "sequence_length", this.config.vocabSize] } };
  }

  readOut(
    { hiddenStates }: Encoded,
    batch: PackedBatch,
    inputs: TaskInputs,
    { labelSmoothing = 0 }: ForwardOptions,
  ): MaskedLMOutput {
    const states = hiddenStates.at(-1)!;
    const { layout } = batch;
    if (!inputs.labels) {
      const scores = padSequences(this.scores(states), layout);
      const shape: [number, number, number] = [layout.count, layout.maxLength, this.config.vocabSize];
      return { logits: tf.reshape<tf.Rank.R3>(scores, shape) };
    }
    const asked = askedTokens(inputs.labels as tf.Tensor2D, batch);
    const labels = tf.tensor1d(asked.labels, "int32");
    if (labels.size === 0) {
      // Nothing is asked, so nothing is wrong: 0, and gradients of 0. (PyTorch's mean of nothing is NaN.)
      const logits = tf.zeros<tf.Rank.R2>([0, this.config.vocabSize]);
      return { logits, labels, loss: tf.abs(tf.mul<tf.Scalar>(tf.sum(states), 0)) };
    }
    const logits = this.scores(takeRows(states, tf.tensor1d(asked.rows, "int32")));
    return { logits, labels, loss: crossEntropy(logits, labels, labelSmoothing) };
  }

  private get words(): Parameter {
    return this.body.embeddings.words.weight;
  }

  /** @param states  [tokens, hidden] @returns [tokens, vocabulary] */
  private scores(states: tf.Tensor2D): tf.Tensor2D {
    const { dense, activation, norm, bias } = this.predictionParts;
    const mapped = norm.forward(dense.forward(states, activation));
    return linear(mapped, this.words.value as tf.Tensor2D, bias?.value as tf.Tensor1D | undefined);
  }

  /** Over the tokens that are asked for. */
  override countTargets(inputs: TaskInputs): number {
    return countAsked(inputs);
  }

  override checkInputs(inputs: TaskInputs): void {
    checkTokenLabels(inputs, {
      count: this.config.vocabSize,
      what: "ids",
      model: "a masked language model",
      collator: "DataCollatorForLanguageModeling",
    });
  }
}
