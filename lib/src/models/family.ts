import type { EncoderConfig, EncoderConfigClass } from "./encoder/configuration";
import type { MaskedLanguageModel } from "./heads/masked-lm";
import type { MultipleChoiceFamily } from "./heads/multiple-choice";
import type { SequenceClassificationModel } from "./heads/sequence-classification";
import type { TokenHeadFamily } from "./heads/token-head";

/** A model of the shape that a configuration says, its weights not there yet. */
export type ModelClass<Model> = new (config: never, seed: number) => Model;

/** What a family has: its configuration, its body, and a model for each task whose head is not the same in all families. */
export interface Family extends TokenHeadFamily, MultipleChoiceFamily {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- of whichever settings the family has
  configuration: EncoderConfigClass<any> & (new (...args: never[]) => EncoderConfig);
  forSequenceClassification: ModelClass<SequenceClassificationModel>;
  forMaskedLM: ModelClass<MaskedLanguageModel>;
  /** The linear layers that LoRA updates where nothing is said. @see peft, TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING */
  loraTargets: readonly string[];
}
