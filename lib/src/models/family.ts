import type { EncoderConfig, EncoderConfigClass } from "./encoder/configuration";
import type { EncoderModel } from "./encoder/encoder-model";
import type { MaskedLanguageModel } from "./heads/masked-lm";
import type { SequenceClassificationModel } from "./heads/sequence-classification";

/** A model of the shape that a configuration says, its weights not there yet. */
export type ModelClass<Model> = new (config: never, seed: number) => Model;

/** What a family has: its configuration, and a model for each task. */
export interface Family {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- of whichever settings the family has
  configuration: EncoderConfigClass<any> & (new (...args: never[]) => EncoderConfig);
  model: ModelClass<EncoderModel>;
  forSequenceClassification: ModelClass<SequenceClassificationModel>;
  forMaskedLM: ModelClass<MaskedLanguageModel>;
  /** The linear layers that LoRA updates where nothing is said. @see peft, TRANSFORMERS_MODELS_TO_LORA_TARGET_MODULES_MAPPING */
  loraTargets: readonly string[];
}
