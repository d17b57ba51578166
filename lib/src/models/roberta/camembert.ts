import type { BertSettings } from "../bert/configuration";
import { encoderConfig } from "../encoder/configuration";
import type { Family } from "../family";
import { pooledChoiceScorer } from "../heads/pooled-choice-scorer";
import { ROBERTA } from "./configuration";
import { RobertaForMaskedLM } from "./for-masked-lm";
import { RobertaForSequenceClassification } from "./for-sequence-classification";
import { RobertaModel } from "./modeling";

// CamemBERT (Martin et al. 2020): RoBERTa for French, with a vocabulary of SentencePiece.

/**
 * The configuration of a CamemBERT.
 *
 * @see transformers.CamembertConfig
 * @example
 * const config = new CamembertConfig({ numHiddenLayers: 2, numLabels: 3 });
 */
export class CamembertConfig extends encoderConfig<BertSettings>({
  ...ROBERTA,
  modelType: "camembert",
  defaults: { ...ROBERTA.defaults, vocabSize: 30522 },
}) {}

/**
 * @see transformers.CamembertModel
 * @example
 * const body = new CamembertModel(new CamembertConfig({ numHiddenLayers: 2 }), 42).initializeWeights();
 */
export class CamembertModel extends RobertaModel {
  override readonly architecture = "CamembertModel";
}

/**
 * @see transformers.CamembertForSequenceClassification
 * @example
 * const model = new CamembertForSequenceClassification(new CamembertConfig({ numLabels: 3 }), 42).initializeWeights();
 */
export class CamembertForSequenceClassification extends RobertaForSequenceClassification {
  override readonly architecture = "CamembertForSequenceClassification";
}

/**
 * @see transformers.CamembertForMaskedLM
 * @example
 * const model = new CamembertForMaskedLM(new CamembertConfig(), 42).initializeWeights();
 */
export class CamembertForMaskedLM extends RobertaForMaskedLM {
  override readonly architecture = "CamembertForMaskedLM";
}

export const camembert: Family = {
  name: "Camembert",
  configuration: CamembertConfig,
  model: CamembertModel,
  forSequenceClassification: CamembertForSequenceClassification,
  forMaskedLM: CamembertForMaskedLM,
  choiceScorer: pooledChoiceScorer(CamembertModel),
  loraTargets: ["query", "value"],
};
