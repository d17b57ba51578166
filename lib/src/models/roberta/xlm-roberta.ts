import type { BertSettings } from "../bert/configuration";
import { encoderConfig } from "../encoder/configuration";
import type { Family } from "../family";
import { pooledChoiceScorer } from "../heads/pooled-choice-scorer";
import { ROBERTA } from "./configuration";
import { RobertaForMaskedLM } from "./for-masked-lm";
import { RobertaForSequenceClassification } from "./for-sequence-classification";
import { RobertaModel } from "./modeling";

// XLM-RoBERTa (Conneau et al. 2020): RoBERTa for a hundred languages, with a vocabulary of SentencePiece.

/**
 * The configuration of an XLM-RoBERTa.
 *
 * @see transformers.XLMRobertaConfig
 * @example
 * const config = new XLMRobertaConfig({ numHiddenLayers: 2, numLabels: 3 });
 */
export class XLMRobertaConfig extends encoderConfig<BertSettings>({
  ...ROBERTA,
  modelType: "xlm-roberta",
  defaults: { ...ROBERTA.defaults, vocabSize: 30522 },
}) {}

/**
 * @see transformers.XLMRobertaModel
 * @example
 * const body = new XLMRobertaModel(new XLMRobertaConfig({ numHiddenLayers: 2 }), 42).initializeWeights();
 */
export class XLMRobertaModel extends RobertaModel {
  override readonly architecture = "XLMRobertaModel";
}

/**
 * @see transformers.XLMRobertaForSequenceClassification
 * @example
 * const model = new XLMRobertaForSequenceClassification(new XLMRobertaConfig({ numLabels: 3 }), 42).initializeWeights();
 */
export class XLMRobertaForSequenceClassification extends RobertaForSequenceClassification {
  override readonly architecture = "XLMRobertaForSequenceClassification";
}

/**
 * @see transformers.XLMRobertaForMaskedLM
 * @example
 * const model = new XLMRobertaForMaskedLM(new XLMRobertaConfig(), 42).initializeWeights();
 */
export class XLMRobertaForMaskedLM extends RobertaForMaskedLM {
  override readonly architecture = "XLMRobertaForMaskedLM";
}

export const xlmRoberta: Family = {
  name: "XLMRoberta",
  configuration: XLMRobertaConfig,
  model: XLMRobertaModel,
  forSequenceClassification: XLMRobertaForSequenceClassification,
  forMaskedLM: XLMRobertaForMaskedLM,
  choiceScorer: pooledChoiceScorer(XLMRobertaModel),
  loraTargets: ["query", "value"],
};
