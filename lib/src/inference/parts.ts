import type { PreTrainedModel } from "../models/pretrained-model";
import type { PreTrainedTokenizer } from "../tokenizers/pretrained-tokenizer";

/** What a pipeline runs. */
export interface PipelineParts<Model extends PreTrainedModel<object> = PreTrainedModel> {
  model: Model;
  tokenizer: PreTrainedTokenizer;
}
