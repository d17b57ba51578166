import type { PreTrainedModel } from "../models/pretrained-model";
import type { PreTrainedTokenizer } from "../tokenizers/pretrained-tokenizer";

/** What a pipeline runs. */
export interface PipelineParts {
  model: PreTrainedModel;
  tokenizer: PreTrainedTokenizer;
}
