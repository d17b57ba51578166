import * as tf from "../../tfjs";
import { ConfigError } from "../../errors";
import { binaryCrossEntropy } from "../../ops/binary-cross-entropy";
import { crossEntropy } from "../../ops/cross-entropy";
import { meanSquaredError } from "../../ops/mean-squared-error";
import type { EncoderModel } from "../encoder/encoder-model";
import type { GraphBuilder, GraphOutputs, GraphValue } from "../graph-builder";
import type { Encoded, EncodeOptions, ForwardOptions, ModelOutput, TaskInputs } from "../model-output";
import { ModuleGraph } from "../module-graph";
import type { PackedBatch } from "../packed-batch";
import { PreTrainedModel } from "../pretrained-model";
import { checkLabels, problemTypeOf } from "../problem-type";

/** @see transformers' SequenceClassifierOutput */
export interface SequenceClassifierOutput extends ModelOutput {
  /** [batch, numLabels] */
  logits: tf.Tensor2D;
}

/**
 * A model that classifies sequences: by one or by several labels, or a regression, as `config.problemType` says. Where it is
 * null, the first labels decide: one output is a regression, a list a row are several labels, and a number is a class. What is
 * the same for every body: the loss. A family says how states become scores.
 *
 * @see transformers.AutoModelForSequenceClassification
 * @example
 * const model = await AutoModelForSequenceClassification.fromPretrained("microsoft/mpnet-base"); // a SequenceClassificationModel
 */
export abstract class SequenceClassificationModel extends PreTrainedModel<SequenceClassifierOutput> {
  override readonly headModules: readonly string[] = ["classifier"];
  override readonly peftTaskType: string | null = "SEQ_CLS";

  protected abstract get body(): EncoderModel;

  /** @returns [sequences, numLabels] */
  protected abstract scores(encoded: Encoded, batch: PackedBatch): tf.Tensor2D;

  /** The scores again, in the words of a graph builder. @param states  [batch, length, hidden] */
  protected abstract describeScores(graph: ModuleGraph, states: GraphValue): GraphValue;

  encode(batch: PackedBatch, options?: EncodeOptions): Encoded {
    return this.body.encode(batch, options);
  }

  readOut(
    encoded: Encoded,
    batch: PackedBatch,
    { labels }: TaskInputs,
    { labelSmoothing = 0 }: ForwardOptions,
  ): SequenceClassifierOutput {
    const logits = this.scores(encoded, batch);
    return labels ? { logits, loss: this.loss(logits, labels, labelSmoothing) } : { logits };
  }

  override describe(builder: GraphBuilder): GraphOutputs {
    const graph = new ModuleGraph(builder, this);
    const value = this.describeScores(graph, this.body.describeStates(graph));
    return { logits: { value, shape: ["batch_size", this.config.numLabels] } };
  }

  override hasLabels({ labels }: Pick<TaskInputs, "labels">): boolean {
    if (!labels) return false;
    return !labels.dataSync().some((label) => this.isHiddenLabel(label));
  }

  override isHiddenLabel(label: number): boolean {
    const { problemType, numLabels } = this.config;
    return (problemType ? problemType !== "regression" : numLabels > 1) && label < 0;
  }

  override checkInputs({ labels }: TaskInputs): void {
    if (!labels) return;
    const { numLabels } = this.config;
    const problemType = this.config.problemType ?? problemTypeOf(numLabels, labels);
    checkLabels(labels, { problemType, numLabels });
    // Known from now on, and saved, as in transformers.
    this.config.problemType = problemType;
  }

  private loss(logits: tf.Tensor2D, labels: tf.Tensor, smoothing: number): tf.Scalar {
    const { problemType } = this.config;
    if (problemType === "single_label_classification") {
      return crossEntropy(logits, tf.reshape(labels, [-1]), smoothing);
    }
    if (smoothing > 0) {
      throw new ConfigError(`labelSmoothingFactor is for classes; a ${problemType} model has none.`);
    }
    const targets = tf.reshape(tf.cast(labels, "float32"), logits.shape);
    return problemType === "regression"
      ? meanSquaredError(logits, targets)
      : binaryCrossEntropy(logits, targets);
  }
}
