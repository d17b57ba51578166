import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../../errors";
import { crossEntropy } from "../../ops/cross-entropy";
import { meanSquaredError } from "../../ops/mean-squared-error";
import { padSequences } from "../../ops/packed-sequences";
import { Dropout, Linear } from "../layers";
import { ModelContext } from "../module";
import { packBatch, type ModelInputs } from "../packed-batch";
import { PreTrainedModel } from "../pretrained-model";
import type { BertConfig } from "./configuration";
import { BertModel } from "./modeling";

export interface ClassifierInputs extends ModelInputs {
  /** [batch]: int32 class numbers, or float32 targets of a regression. */
  labels?: tf.Tensor1D;
}

export interface ForwardOptions {
  /** Also return what each layer computes. Default false. */
  outputHiddenStates?: boolean;
  /** Of the cross-entropy. Default 0. */
  labelSmoothing?: number;
}

/** @see transformers' SequenceClassifierOutput */
export interface SequenceClassifierOutput {
  /** Mean over the batch; there if labels were given. */
  loss?: tf.Scalar;
  /** [batch, numLabels] */
  logits: tf.Tensor2D;
  /** [batch, hidden]; there if hidden states were asked for. */
  poolerOutput?: tf.Tensor2D;
  /** [batch, length, hidden] each, after the embeddings and after each layer; zero at padding. */
  hiddenStates?: tf.Tensor3D[];
}

/**
 * BERT with a linear layer on top of the pooled first token: a classifier, or with one label a regression.
 *
 * @see transformers.BertForSequenceClassification
 */
export class BertForSequenceClassification extends PreTrainedModel {
  readonly architecture = "BertForSequenceClassification";
  readonly baseModelPrefix = "bert";
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

  /**
   * Runs the model on a batch. The tensors that it returns are the caller's to dispose of.
   *
   * @throws ConfigError if an id is outside the vocabulary, a sequence too long, or a label no class
   */
  forward(inputs: ClassifierInputs, options: ForwardOptions = {}): SequenceClassifierOutput {
    const { outputHiddenStates = false, labelSmoothing = 0 } = options;
    const packed = packBatch(inputs);
    // First of all: an error in the middle of a forward pass would leave tfjs's saved tensors behind.
    if (inputs.labels && this.config.numLabels > 1) this.checkLabels(inputs.labels);
    return tf.tidy(() => {
      const { poolerOutput, hiddenStates } = this.bert.forward(packed);
      const logits = this.classifier.forward(this.dropout.forward(poolerOutput));
      const output: SequenceClassifierOutput = { logits };
      if (inputs.labels) output.loss = this.loss(logits, inputs.labels, labelSmoothing);
      if (outputHiddenStates) {
        const { count, maxLength } = packed.layout;
        output.poolerOutput = poolerOutput;
        output.hiddenStates = hiddenStates.map((x) =>
          tf.reshape(padSequences(x, packed.layout), [count, maxLength, x.shape[1]]),
        );
      }
      // A plain object of tensors is a container that tidy understands; its type does not know optional entries.
      return output as unknown as tf.TensorContainerObject;
    }) as unknown as SequenceClassifierOutput;
  }

  private loss(logits: tf.Tensor2D, labels: tf.Tensor1D, smoothing: number): tf.Scalar {
    const { numLabels } = this.config;
    if (numLabels === 1) return meanSquaredError(tf.squeeze(logits, [1]), tf.cast(labels, "float32"));
    return crossEntropy(logits, labels, smoothing);
  }

  private checkLabels(labels: tf.Tensor1D): void {
    const { numLabels } = this.config;
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
