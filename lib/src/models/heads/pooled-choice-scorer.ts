import type { EncoderConfig } from "../encoder/configuration";
import type { EncoderModel } from "../encoder/encoder-model";
import { Dropout, Linear } from "../layers";
import { ModelContext, type Module } from "../module";
import type { MultipleChoiceFamily } from "./multiple-choice";
import { PooledClassifier } from "./pooled-classifier";
import type { BodyClass } from "./token-head";

/**
 * What scores a choice in families whose classifier of sequences is not BERT's, though their head for choices is: dropout and a linear
 * layer behind the pooled first token.
 *
 * @see transformers.RobertaForMultipleChoice, transformers.MPNetForMultipleChoice
 */
export function pooledChoiceScorer(BodyClass: BodyClass): NonNullable<MultipleChoiceFamily["choiceScorer"]> {
  return class PooledChoiceScorer extends PooledClassifier {
    readonly architecture: string;
    readonly baseModelPrefix: string;
    override readonly sequenceModules: readonly string[];
    // Not defined here but below, since weights come in the order of the properties that hold them.
    declare readonly dropout: Dropout;
    declare readonly classifier: Linear;

    constructor(config: EncoderConfig, seed: number) {
      const context = new ModelContext(seed);
      super(config, context);
      const body = new BodyClass(config as never, context);
      this.architecture = body.architecture;
      this.baseModelPrefix = body.baseModelPrefix;
      this.sequenceModules = [`${body.baseModelPrefix}.pooler`, "classifier"];
      Object.assign(this, {
        [body.baseModelPrefix]: body,
        dropout: new Dropout(config.hiddenDropoutProb, context, "sequences"),
        classifier: new Linear(config.hiddenSize, config.numLabels, config.initializerRange),
      });
    }

    /** Looked up anew for each pass: an adapter may have been put in its place. */
    protected get body(): EncoderModel {
      return (this as unknown as Record<string, Module>)[this.baseModelPrefix] as EncoderModel;
    }
  };
}
