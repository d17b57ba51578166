import type * as tf from "@tensorflow/tfjs-core";
import { firstTokens } from "../../ops/first-tokens";
import type { GraphValue } from "../graph-builder";
import { SequenceClassificationModel } from "../heads/sequence-classification";
import { Dropout, Linear } from "../layers";
import type { Encoded } from "../model-output";
import { Module, ModelContext } from "../module";
import type { ModuleGraph } from "../module-graph";
import type { PackedBatch } from "../packed-batch";
import type { DebertaV2Config } from "./configuration";
import { DebertaV2Model } from "./modeling";

class ContextPooler extends Module {
  readonly dense: Linear;
  readonly dropout: Dropout;

  constructor({ hiddenSize, initializerRange, poolerDropout }: DebertaV2Config, context: ModelContext) {
    super();
    this.dense = new Linear(hiddenSize, hiddenSize, initializerRange);
    this.dropout = new Dropout(poolerDropout, context, "sequences");
  }
}

/**
 * DeBERTa with two linear layers on top of the first token.
 *
 * @see transformers.DebertaV2ForSequenceClassification
 * @example
 * const model = new DebertaV2ForSequenceClassification(new DebertaV2Config({ numLabels: 3 }), 42).initializeWeights();
 */
export class DebertaV2ForSequenceClassification extends SequenceClassificationModel {
  readonly architecture: string = "DebertaV2ForSequenceClassification";
  readonly baseModelPrefix = "deberta";
  override readonly headModules = ["pooler", "classifier"];
  override readonly sequenceModules = ["pooler", "classifier"];
  readonly deberta: DebertaV2Model;
  readonly pooler: ContextPooler;
  readonly dropout: Dropout;
  readonly classifier: Linear;

  constructor(config: DebertaV2Config, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    const { hiddenSize, numLabels, initializerRange } = config;
    this.deberta = new DebertaV2Model(config, context);
    this.pooler = new ContextPooler(config, context);
    this.dropout = new Dropout(config.classifierDropout ?? config.hiddenDropoutProb, context, "sequences");
    this.classifier = new Linear(hiddenSize, numLabels, initializerRange);
  }

  protected get body(): DebertaV2Model {
    return this.deberta;
  }

  protected scores({ hiddenStates }: Encoded, { layout }: PackedBatch): tf.Tensor2D {
    const first = this.pooler.dropout.forward(firstTokens(hiddenStates.at(-1)!, layout));
    return this.classifier.forward(this.dropout.forward(this.pooler.dense.forward(first, "gelu")));
  }

  protected describeScores(graph: ModuleGraph, states: GraphValue): GraphValue {
    const pooled = graph.linear(this.pooler.dense, graph.builder.firstToken(states), "gelu");
    return graph.linear(this.classifier, pooled);
  }
}
