import type { Family } from "../family";
import { BertConfig } from "./configuration";
import { BertForMaskedLM } from "./for-masked-lm";
import { BertForSequenceClassification } from "./for-sequence-classification";
import { BertModel } from "./modeling";

export const bert: Family = {
  name: "Bert",
  configuration: BertConfig,
  model: BertModel,
  forSequenceClassification: BertForSequenceClassification,
  forMaskedLM: BertForMaskedLM,
  loraTargets: ["query", "value"],
};
