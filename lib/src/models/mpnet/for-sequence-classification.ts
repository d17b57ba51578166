import { ClassificationHead } from "../heads/classification-head";
import { FirstTokenClassifier } from "../heads/first-token-classifier";
import { ModelContext } from "../module";
import type { MPNetConfig } from "./configuration";
import { MPNetModel } from "./modeling";

/**
 * MPNet with two linear layers on top of the first token.
 *
 * @see transformers.MPNetForSequenceClassification
 * @example
 * const model = new MPNetForSequenceClassification(new MPNetConfig({ numLabels: 3 }), 42).initializeWeights();
 */
export class MPNetForSequenceClassification extends FirstTokenClassifier {
  readonly architecture: string = "MPNetForSequenceClassification";
  readonly baseModelPrefix = "mpnet";
  readonly mpnet: MPNetModel;
  readonly classifier: ClassificationHead;

  constructor(config: MPNetConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.mpnet = new MPNetModel(config, context, { pooler: false });
    this.classifier = new ClassificationHead(config, context, "tanh");
  }

  protected get body(): MPNetModel {
    return this.mpnet;
  }
}
