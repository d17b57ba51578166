import type { Family } from "../family";
import { pooledChoiceScorer } from "../heads/pooled-choice-scorer";
import { RobertaConfig } from "./configuration";
import { RobertaForMaskedLM } from "./for-masked-lm";
import { RobertaForSequenceClassification } from "./for-sequence-classification";
import { RobertaModel } from "./modeling";

export const roberta: Family = {
  name: "Roberta",
  configuration: RobertaConfig,
  model: RobertaModel,
  forSequenceClassification: RobertaForSequenceClassification,
  forMaskedLM: RobertaForMaskedLM,
  choiceScorer: pooledChoiceScorer(RobertaModel),
  loraTargets: ["query", "value"],
};
