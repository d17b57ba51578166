import type { Family } from "../family";
import { RobertaConfig } from "./configuration";
import { RobertaForMaskedLM } from "./for-masked-lm";
import { RobertaForSequenceClassification } from "./for-sequence-classification";
import { RobertaModel } from "./modeling";

export const roberta: Family = {
  configuration: RobertaConfig,
  model: RobertaModel,
  forSequenceClassification: RobertaForSequenceClassification,
  forMaskedLM: RobertaForMaskedLM,
  loraTargets: ["query", "value"],
};
