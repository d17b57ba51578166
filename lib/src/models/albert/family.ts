import type { Family } from "../family";
import { AlbertConfig } from "./configuration";
import { AlbertForMaskedLM } from "./for-masked-lm";
import { AlbertForSequenceClassification } from "./for-sequence-classification";
import { AlbertModel } from "./modeling";

export const albert: Family = {
  name: "Albert",
  configuration: AlbertConfig,
  model: AlbertModel,
  forSequenceClassification: AlbertForSequenceClassification,
  forMaskedLM: AlbertForMaskedLM,
  loraTargets: ["query", "value"],
};
