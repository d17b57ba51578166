import type { Family } from "../family";
import { ModernBertConfig } from "./configuration";
import { ModernBertForMaskedLM } from "./for-masked-lm";
import { ModernBertForSequenceClassification } from "./for-sequence-classification";
import { ModernBertModel } from "./modeling";

export const modernbert: Family = {
  configuration: ModernBertConfig,
  model: ModernBertModel,
  forSequenceClassification: ModernBertForSequenceClassification,
  forMaskedLM: ModernBertForMaskedLM,
  loraTargets: ["Wqkv"],
};
