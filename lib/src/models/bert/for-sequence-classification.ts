import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../../errors";
import { crossEntropy } from "../../ops/cross-entropy";
import { meanSquaredError } from "../../ops/mean-squared-error";
import { Dropout, Linear } from "../layers";
import type { Encoded, EncodeOptions, ForwardOptions, ModelOutput, TaskInputs } from "../model-output";
import { ModelContext } from "../module";
import type { PackedBatch } from "../packed-batch";
import { PreTrainedModel } from "../pretrained-model";
import type { BertConfig } from "./configuration";
import { BertModel } from "./modeling";

/** @see transformers' SequenceClassifierOutput */
export interface SequenceClassifierOutput extends ModelOutput {
  /** [batch, numLabels] */
  logits: tf.Tensor2D;
}

/**
 * BERT with a linear layer on top of the pooled first token: a classifier, or with one label a regression.
 *
 * @see transformers.BertForSequenceClassification
 */
export class BertForSequenceClassification extends PreTrainedModel<SequenceClassifierOutput> {
  readonly architecture = "BertForSequenceClassification";
  readonly baseModelPrefix = "bert";
  override readonly headModules = ["classifier"];
  override readonly peftTaskType = "SEQ_CLS";
  readonly bert: BertModel;
  readonly dropout: Dropout;
  readonly classifier: Linear;

  constructor(config: BertConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.bert = new BertModel(config, context);
    this.dropout = new Dropout(config.classifierDropout ?? config.hiddenDropoutProb, context);
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
    return labels ? { logits, loss: this.loss(logits, labels as tf.Tensor1D, labelSmoothing) } : { logits };
  }

  override hasLabels({ labels }: Pick<TaskInputs, "labels">): boolean {
    if (!labels) return false;
    return !labels.dataSync().some((label) => this.isHiddenLabel(label));
  }

  override isHiddenLabel(label: number): boolean {
    return this.config.numLabels > 1 && label < 0;
  }

  private loss(logits: tf.Tensor2D, labels: tf.Tensor1D, smoothing: number): tf.Scalar {
    const { numLabels } = this.config;
    if (numLabels === 1 && smoothing > 0) {
      throw new ConfigError("labelSmoothingFactor is for classes; a regression has none.");
    }
    if (numLabels === 1) return meanSquaredError(tf.squeeze(logits, [1]), tf.cast(labels, "float32"));
    return crossEntropy(logits, labels, smoothing);
  }

  override checkInputs({ labels }: TaskInputs): void {
    const { numLabels } = this.config;
    if (!labels || numLabels === 1) return;
    for (const [row, label] of labels.dataSync().entries()) {
      if (!Number.isInteger(label) || label < 0 || label >= numLabels) {
        throw new ConfigError(
          `Row ${row} of the batch has the label ${label}; this model has ${numLabels} classes (0 … ${numLabels - 1}). ` +
            "Unlabelled rows (label -1) can be predicted but not trained or evaluated on.",
        );
      }
    }
  }
}
