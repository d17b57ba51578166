import { ClassificationHead } from "../heads/classification-head";
import { FirstTokenClassifier } from "../heads/first-token-classifier";
import { ModelContext } from "../module";
import type { ElectraConfig } from "./configuration";
import { ElectraModel } from "./modeling";

/**
 * ELECTRA with two linear layers on top of the first token.
 *
 * @see transformers.ElectraForSequenceClassification
 * @example
 * const model = new ElectraForSequenceClassification(new ElectraConfig({ numLabels: 3 }), 42).initializeWeights();
 */
export class ElectraForSequenceClassification extends FirstTokenClassifier {
  readonly architecture: string = "ElectraForSequenceClassification";
  readonly baseModelPrefix = "electra";
  readonly electra: ElectraModel;
  readonly classifier: ClassificationHead;

  constructor(config: ElectraConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.electra = new ElectraModel(config, context);
    this.classifier = new ClassificationHead(config, context, "gelu");
  }

  protected get body(): ElectraModel {
    return this.electra;
  }
}
