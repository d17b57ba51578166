import { PooledClassifier } from "../heads/pooled-classifier";
import { Dropout, Linear } from "../layers";
import { ModelContext } from "../module";
import type { MPNetConfig } from "./configuration";
import { MPNetModel } from "./modeling";

/** What scores a choice: unlike the classifier of sequences it reads the pooled first token. @see transformers.MPNetForMultipleChoice */
export class MPNetChoiceScorer extends PooledClassifier {
  readonly architecture: string = "MPNetForMultipleChoice";
  readonly baseModelPrefix = "mpnet";
  override readonly sequenceModules = ["mpnet.pooler", "classifier"];
  readonly mpnet: MPNetModel;
  readonly dropout: Dropout;
  readonly classifier: Linear;

  constructor(config: MPNetConfig, seed: number) {
    const context = new ModelContext(seed);
    super(config, context);
    this.mpnet = new MPNetModel(config, context);
    this.dropout = new Dropout(config.hiddenDropoutProb, context, "sequences");
    this.classifier = new Linear(config.hiddenSize, config.numLabels, config.initializerRange);
  }

  protected get body(): MPNetModel {
    return this.mpnet;
  }
}
