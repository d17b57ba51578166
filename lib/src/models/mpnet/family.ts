import type { Family } from "../family";
import { MPNetConfig } from "./configuration";
import { MPNetForMaskedLM } from "./for-masked-lm";
import { MPNetForSequenceClassification } from "./for-sequence-classification";
import { MPNetModel } from "./modeling";

export const mpnet: Family = {
  configuration: MPNetConfig,
  model: MPNetModel,
  forSequenceClassification: MPNetForSequenceClassification,
  forMaskedLM: MPNetForMaskedLM,
  loraTargets: ["q", "v"],
};
