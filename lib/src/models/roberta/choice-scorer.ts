import { PooledClassifier } from "../heads/pooled-classifier";
import { Dropout, Linear } from "../layers";
import { ModelContext } from "../module";
import type { RobertaConfig } from "./configuration";
import { RobertaModel } from "./modeling";

/** What scores a choice: unlike the classifier of sequences it reads the pooled first token. @see transformers.RobertaForMultipleChoice */
export class RobertaChoiceScorer extends PooledClassifier {
  readonly architecture: string = "RobertaForMultipleChoice";
  readonly baseModelPrefix = "roberta";
  override readonly sequenceModules = ["roberta.pooler", "classifier"];
  readonly roberta: RobertaModel;
  readonly dropout: Dropout;
  readonly classifier: Linear;

  constructor(config: RobertaConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.roberta = new RobertaModel(config, context);
    this.dropout = new Dropout(config.hiddenDropoutProb, context, "sequences");
    this.classifier = new Linear(config.hiddenSize, config.numLabels, config.initializerRange);
  }

  protected get body(): RobertaModel {
    return this.roberta;
  }
}
