import * as tf from "../../tfjs";
import { ConfigError } from "../../errors";
import { binaryCrossEntropy } from "../../ops/binary-cross-entropy";
import { crossEntropy } from "../../ops/cross-entropy";
import { meanSquaredError } from "../../ops/mean-squared-error";
import type { GraphBuilder, GraphOutputs } from "../graph-builder";
import { Dropout, Linear } from "../layers";
import type { Encoded, EncodeOptions, ForwardOptions, ModelOutput, TaskInputs } from "../model-output";
import { ModelContext } from "../module";
import type { PackedBatch } from "../packed-batch";
import { PreTrainedModel } from "../pretrained-model";
import { checkLabels, problemTypeOf } from "../problem-type";
import type { BertConfig } from "./configuration";
import { bertPooled, bertStates } from "./graph";
import { BertModel } from "./modeling";

/** @see transformers' SequenceClassifierOutput */
export interface SequenceClassifierOutput extends ModelOutput {
  /** [batch, numLabels] */
  logits: tf.Tensor2D;
}

/**
 * BERT with a linear layer on top of the pooled first token: a classifier of one or of several labels, or a regression, as
 * `config.problemType` says. Where it is null, the first labels decide: one output is a regression, a list a row are several
 * labels, and a number is a class.
 *
 * @see transformers.BertForSequenceClassification
 * @example
 * const model = new BertForSequenceClassification(new BertConfig({ numLabels: 2 }), 42).initializeWeights();
 */
export class BertForSequenceClassification extends PreTrainedModel<SequenceClassifierOutput> {
  readonly architecture = "BertForSequenceClassification";
  readonly baseModelPrefix = "bert";
  override readonly headModules = ["classifier"];
  override readonly peftTaskType = "SEQ_CLS";
  override readonly sequenceModules = ["bert.pooler", "classifier"];
  readonly bert: BertModel;
  readonly dropout: Dropout;
  readonly classifier: Linear;

  constructor(config: BertConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.bert = new BertModel(config, context);
    this.dropout = new Dropout(config.classifierDropout ?? config.hiddenDropoutProb, context, "sequences");
    this.classifier = new Linear(config.hiddenSize, config.numLabels, config.initializerRange);
  }

  encode(batch: PackedBatch, options?: EncodeOptions): Encoded {
    return this.bert.encode(batch, options);
  }

  readOut(
    { poolerOutput }: Encoded,
    _batch: PackedBatch,
    { labels }: TaskInputs,
    { labelSmoothing = 0 }: ForwardOptions,
  ): SequenceClassifierOutput {
    const logits = this.classifier.forward(this.dropout.forward(poolerOutput!));
    return labels ? { logits, loss: this.loss(logits, labels, labelSmoothing) } : { logits };
  }

  override describe(graph: GraphBuilder): GraphOutputs {
    const body = graph.within("bert");
    const pooled = bertPooled(body, bertStates(body, this.bert.config));
    const value = graph.linear("classifier", pooled);
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
