import type { Family } from "../family";
import { pooledChoiceScorer } from "../heads/pooled-choice-scorer";
import { MPNetConfig } from "./configuration";
import { MPNetForMaskedLM } from "./for-masked-lm";
import { MPNetForSequenceClassification } from "./for-sequence-classification";
import { MPNetModel } from "./modeling";

export const mpnet: Family = {
  name: "MPNet",
  configuration: MPNetConfig,
  model: MPNetModel,
  forSequenceClassification: MPNetForSequenceClassification,
  forMaskedLM: MPNetForMaskedLM,
  choiceScorer: pooledChoiceScorer(MPNetModel),
  loraTargets: ["q", "v"],
};
