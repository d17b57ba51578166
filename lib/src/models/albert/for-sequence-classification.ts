import { PooledClassifier } from "../heads/pooled-classifier";
import { Dropout, Linear } from "../layers";
import { ModelContext } from "../module";
import type { AlbertConfig } from "./configuration";
import { AlbertModel } from "./modeling";

/**
 * ALBERT with a linear layer on top of the pooled first token.
 *
 * @see transformers.AlbertForSequenceClassification
 * @example
 * const model = new AlbertForSequenceClassification(new AlbertConfig({ numLabels: 3 }), 42).initializeWeights();
 */
export class AlbertForSequenceClassification extends PooledClassifier {
  readonly architecture: string = "AlbertForSequenceClassification";
  readonly baseModelPrefix = "albert";
  override readonly sequenceModules = ["albert.pooler", "classifier"];
  readonly albert: AlbertModel;
  readonly dropout: Dropout;
  readonly classifier: Linear;

  constructor(config: AlbertConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.albert = new AlbertModel(config, context);
    this.dropout = new Dropout(config.classifierDropout ?? config.hiddenDropoutProb, context, "sequences");
    this.classifier = new Linear(config.hiddenSize, config.numLabels, config.initializerRange);
  }

  protected get body(): AlbertModel {
    return this.albert;
  }
}
