import type { Family } from "../family";
import { DebertaV2Config } from "./configuration";
import { DebertaV2ForMaskedLM } from "./for-masked-lm";
import { DebertaV2ForSequenceClassification } from "./for-sequence-classification";
import { DebertaV2Model } from "./modeling";

export const debertaV2: Family = {
  name: "DebertaV2",
  configuration: DebertaV2Config,
  model: DebertaV2Model,
  forSequenceClassification: DebertaV2ForSequenceClassification,
  forMaskedLM: DebertaV2ForMaskedLM,
  loraTargets: ["query_proj", "value_proj"],
};
