import type { Family } from "../family";
import { ElectraConfig } from "./configuration";
import { ElectraForMaskedLM } from "./for-masked-lm";
import { ElectraForSequenceClassification } from "./for-sequence-classification";
import { ElectraModel } from "./modeling";

export const electra: Family = {
  configuration: ElectraConfig,
  model: ElectraModel,
  forSequenceClassification: ElectraForSequenceClassification,
  forMaskedLM: ElectraForMaskedLM,
  loraTargets: ["query", "value"],
};
