import type { Family } from "../family";
import { ElectraChoiceScorer } from "./choice-scorer";
import { ElectraConfig } from "./configuration";
import { ElectraForMaskedLM } from "./for-masked-lm";
import { ElectraForSequenceClassification } from "./for-sequence-classification";
import { ElectraModel } from "./modeling";

export const electra: Family = {
  name: "Electra",
  configuration: ElectraConfig,
  model: ElectraModel,
  forSequenceClassification: ElectraForSequenceClassification,
  forMaskedLM: ElectraForMaskedLM,
  choiceScorer: ElectraChoiceScorer,
  loraTargets: ["query", "value"],
};
