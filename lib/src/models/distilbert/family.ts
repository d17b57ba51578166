import type { Family } from "../family";
import { DistilBertConfig } from "./configuration";
import { DistilBertForMaskedLM } from "./for-masked-lm";
import { DistilBertForSequenceClassification } from "./for-sequence-classification";
import { DistilBertModel } from "./modeling";

export const distilbert: Family = {
  name: "DistilBert",
  configuration: DistilBertConfig,
  model: DistilBertModel,
  forSequenceClassification: DistilBertForSequenceClassification,
  forMaskedLM: DistilBertForMaskedLM,
  tokenHead: ({ hiddenDropoutProb, qaDropout }: DistilBertConfig) => ({
    classifierDropout: hiddenDropoutProb,
    answerDropout: qaDropout,
  }),
  loraTargets: ["q_lin", "v_lin"],
};
