import { PooledClassifier } from "../heads/pooled-classifier";
import { Dropout, Linear } from "../layers";
import { ModelContext } from "../module";
import type { BertConfig } from "./configuration";
import { BertModel } from "./modeling";

/**
 * BERT with a linear layer on top of the pooled first token.
 *
 * @see transformers.BertForSequenceClassification
 * @example
 * const model = new BertForSequenceClassification(new BertConfig({ numLabels: 2 }), 42).initializeWeights();
 */
export class BertForSequenceClassification extends PooledClassifier {
  readonly architecture: string = "BertForSequenceClassification";
  readonly baseModelPrefix = "bert";
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

  protected get body(): BertModel {
    return this.bert;
  }
}
