import type * as tf from "@tensorflow/tfjs-core";
import { ConfigError } from "../../errors";
import { firstTokens } from "../../ops/first-tokens";
import { sequenceMeans } from "../../ops/sequence-means";
import { SequenceClassificationModel } from "../heads/sequence-classification";
import { Dropout, Linear } from "../layers";
import type { Encoded } from "../model-output";
import { ModelContext } from "../module";
import type { PackedBatch } from "../packed-batch";
import type { ModernBertConfig } from "./configuration";
import { ModernBertModel } from "./modeling";
import { ModernBertPredictionHead } from "./prediction-head";

/**
 * ModernBERT with two linear layers on top of the first token, or of the mean of all, as `config.classifierPooling` says.
 *
 * @see transformers.ModernBertForSequenceClassification
 * @example
 * const model = new ModernBertForSequenceClassification(new ModernBertConfig({ numLabels: 3 }), 42).initializeWeights();
 */
export class ModernBertForSequenceClassification extends SequenceClassificationModel {
  readonly architecture: string = "ModernBertForSequenceClassification";
  readonly baseModelPrefix = "model";
  override readonly headModules = ["head", "classifier"];
  override readonly sequenceModules = ["head", "classifier"];
  override readonly config: ModernBertConfig;
  readonly model: ModernBertModel;
  readonly head: ModernBertPredictionHead;
  readonly drop: Dropout;
  readonly classifier: Linear;

  constructor(config: ModernBertConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    const { hiddenSize, numLabels, classifierDropout } = config;
    this.config = config;
    this.model = new ModernBertModel(config, context);
    this.head = new ModernBertPredictionHead(config);
    this.drop = new Dropout(classifierDropout ?? 0, context, "sequences");
    this.classifier = new Linear(hiddenSize, numLabels, 1 / Math.sqrt(hiddenSize));
  }

  protected get body(): ModernBertModel {
    return this.model;
  }

  protected scores({ hiddenStates }: Encoded, { layout }: PackedBatch): tf.Tensor2D {
    const states = hiddenStates.at(-1)!;
    const pool = this.config.classifierPooling === "mean" ? sequenceMeans : firstTokens;
    return this.classifier.forward(this.drop.forward(this.head.forward(pool(states, layout))));
  }

  protected describeScores(): never {
    throw new ConfigError("A ModernBERT cannot be exported yet.");
  }
}
