import type * as tf from "@tensorflow/tfjs-core";
import { firstTokens } from "../../ops/first-tokens";
import type { GraphValue } from "../graph-builder";
import { SequenceClassificationModel } from "../heads/sequence-classification";
import { Dropout, Linear } from "../layers";
import type { Encoded } from "../model-output";
import { ModelContext } from "../module";
import type { ModuleGraph } from "../module-graph";
import type { PackedBatch } from "../packed-batch";
import type { DistilBertConfig } from "./configuration";
import { DistilBertModel } from "./modeling";

/**
 * DistilBERT with two linear layers on top of the first token.
 *
 * @see transformers.DistilBertForSequenceClassification
 * @example
 * const model = new DistilBertForSequenceClassification(new DistilBertConfig({ numLabels: 3 }), 42).initializeWeights();
 */
export class DistilBertForSequenceClassification extends SequenceClassificationModel {
  readonly architecture: string = "DistilBertForSequenceClassification";
  readonly baseModelPrefix = "distilbert";
  override readonly headModules = ["pre_classifier", "classifier"];
  override readonly sequenceModules = ["pre_classifier", "classifier"];
  readonly distilbert: DistilBertModel;
  readonly pre_classifier: Linear;
  readonly dropout: Dropout;
  readonly classifier: Linear;

  constructor(config: DistilBertConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    const { hiddenSize, numLabels, initializerRange } = config;
    this.distilbert = new DistilBertModel(config, context);
    this.pre_classifier = new Linear(hiddenSize, hiddenSize, initializerRange);
    this.dropout = new Dropout(config.classifierDropout ?? config.hiddenDropoutProb, context, "sequences");
    this.classifier = new Linear(hiddenSize, numLabels, initializerRange);
  }

  protected get body(): DistilBertModel {
    return this.distilbert;
  }

  protected scores({ hiddenStates }: Encoded, { layout }: PackedBatch): tf.Tensor2D {
    const first = this.pre_classifier.forward(firstTokens(hiddenStates.at(-1)!, layout), "relu");
    return this.classifier.forward(this.dropout.forward(first));
  }

  protected describeScores(graph: ModuleGraph, states: GraphValue): GraphValue {
    const first = graph.linear(this.pre_classifier, graph.builder.firstToken(states), "relu");
    return graph.linear(this.classifier, first);
  }
}
