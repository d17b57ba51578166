import * as tf from "../../tfjs";
import { crossEntropy, IGNORED_LABEL } from "../../ops/cross-entropy";
import { padSequences } from "../../ops/packed-sequences";
import { takeRows } from "../../ops/take-rows";
import type { EncoderConfig } from "../encoder/configuration";
import type { GraphBuilder, GraphOutputs } from "../graph-builder";
import type { Answers, Encoded, ForwardOptions, ModelOutput, TaskInputs } from "../model-output";
import { ModuleGraph } from "../module-graph";
import type { PackedBatch } from "../packed-batch";
import { askedTokens, checkTokenLabels, countAsked } from "./asked-tokens";
import { TokenHeadModel, type TokenHeadFamily } from "./token-head";

/** @see transformers' TokenClassifierOutput */
export interface TokenClassifierOutput extends ModelOutput {
  /** [batch, length, numLabels]; zeros at padding. */
  logits: tf.Tensor3D;
}

/**
 * A model that gives each token one of some labels: names in a text, parts of speech. The loss is the mean over the tokens whose
 * label is not -100.
 *
 * @see transformers.AutoModelForTokenClassification
 * @example
 * const model = await AutoModelForTokenClassification.fromPretrained("distilbert-base-cased", {
 *   id2label: { 0: "O", 1: "B-PER", 2: "I-PER" },
 * }); // a TokenClassificationModel
 */
export class TokenClassificationModel extends TokenHeadModel<TokenClassifierOutput> {
  override readonly peftTaskType = "TOKEN_CLS";

  constructor(family: TokenHeadFamily, config: EncoderConfig, seed: number) {
    const parts = family.tokenHead?.(config as never) ?? {};
    super(family, config, seed, parts, {
      task: "TokenClassification",
      layer: "classifier",
      outputs: config.numLabels,
      dropout: parts.classifierDropout ?? config.classifierDropout ?? config.hiddenDropoutProb,
    });
  }

  readOut(
    encoded: Encoded,
    batch: PackedBatch,
    { labels }: TaskInputs,
    { labelSmoothing = 0 }: ForwardOptions,
  ): TokenClassifierOutput {
    const scores = this.scores(encoded);
    const { layout } = batch;
    const shape: [number, number, number] = [layout.count, layout.maxLength, this.config.numLabels];
    const logits = tf.reshape<tf.Rank.R3>(padSequences(scores, layout), shape);
    if (!labels) return { logits };
    const asked = askedTokens(labels as tf.Tensor2D, batch);
    // Nothing is asked, so nothing is wrong. (PyTorch's mean of nothing is NaN.)
    if (asked.rows.length === 0) return { logits, loss: tf.abs(tf.mul<tf.Scalar>(tf.sum(scores), 0)) };
    const rows = takeRows(scores, tf.tensor1d(asked.rows, "int32"));
    return { logits, loss: crossEntropy(rows, tf.tensor1d(asked.labels, "int32"), labelSmoothing) };
  }

  override describe(builder: GraphBuilder): GraphOutputs {
    const value = this.describeScores(new ModuleGraph(builder, this));
    return { logits: { value, shape: ["batch_size", "sequence_length", this.config.numLabels] } };
  }

  /** Over the tokens that are asked for. */
  override countTargets(inputs: TaskInputs): number {
    return countAsked(inputs);
  }

  override checkInputs(inputs: TaskInputs): void {
    checkTokenLabels(inputs, {
      count: this.config.numLabels,
      what: "labels",
      model: "a token classifier",
      collator: "DataCollatorForTokenClassification",
    });
  }

  /** The tokens that are asked for, row after row; without labels all but padding. */
  override answersOf({ logits }: TokenClassifierOutput, inputs: TaskInputs): Answers {
    const [rows, width, labelCount] = logits.shape;
    const columns = inputs.input_ids.shape[1];
    const labels = inputs.labels?.dataSync();
    const mask = inputs.attention_mask?.dataSync();
    const places: number[] = [];
    const found: number[] = [];
    const counts = Array.from({ length: rows }, (_, row) => {
      const before = places.length;
      for (let column = 0; column < width; column++) {
        const at = row * columns + column;
        const isAsked = labels ? labels[at] !== IGNORED_LABEL : mask?.[at] !== 0;
        if (!isAsked) continue;
        places.push(row * width + column);
        if (labels) found.push(labels[at]!);
      }
      return places.length - before;
    });
    const flat = tf.reshape<tf.Rank.R2>(logits, [rows * width, labelCount]);
    return {
      logits: takeRows(flat, tf.tensor1d(places, "int32")),
      labels: labels && tf.tensor1d(found, "int32"),
      counts,
    };
  }
}
