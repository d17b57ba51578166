import type { Family } from "../family";
import { ModernBertConfig } from "./configuration";
import { ModernBertForMaskedLM } from "./for-masked-lm";
import { ModernBertForSequenceClassification } from "./for-sequence-classification";
import { ModernBertModel } from "./modeling";
import { ModernBertPredictionHead } from "./prediction-head";

export const modernbert: Family = {
  name: "ModernBert",
  configuration: ModernBertConfig,
  model: ModernBertModel,
  forSequenceClassification: ModernBertForSequenceClassification,
  forMaskedLM: ModernBertForMaskedLM,
  tokenHead: (config: ModernBertConfig) => ({
    head: new ModernBertPredictionHead(config),
    standardDeviation: 1 / Math.sqrt(config.hiddenSize),
    classifierDropout: config.classifierDropout ?? 0,
    answerDropout: config.classifierDropout ?? 0,
    answerLayer: "classifier",
  }),
  loraTargets: ["Wqkv"],
};
