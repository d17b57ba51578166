import { ClassificationHead } from "../heads/classification-head";
import { FirstTokenClassifier } from "../heads/first-token-classifier";
import { ModelContext } from "../module";
import type { RobertaConfig } from "./configuration";
import { RobertaModel } from "./modeling";

/**
 * RoBERTa with two linear layers on top of the first token.
 *
 * @see transformers.RobertaForSequenceClassification
 * @example
 * const model = new RobertaForSequenceClassification(new RobertaConfig({ numLabels: 3 }), 42).initializeWeights();
 */
export class RobertaForSequenceClassification extends FirstTokenClassifier {
  readonly architecture: string = "RobertaForSequenceClassification";
  readonly baseModelPrefix = "roberta";
  readonly roberta: RobertaModel;
  readonly classifier: ClassificationHead;

  constructor(config: RobertaConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.roberta = new RobertaModel(config, context, { pooler: false });
    this.classifier = new ClassificationHead(config, context, "tanh");
  }

  protected get body(): RobertaModel {
    return this.roberta;
  }
}
