import type { BertSettings } from "../bert/configuration";
import { encoderConfig } from "../encoder/configuration";
import type { Family } from "../family";
import { ROBERTA } from "./configuration";
import { RobertaForMaskedLM } from "./for-masked-lm";
import { RobertaForSequenceClassification } from "./for-sequence-classification";
import { RobertaModel } from "./modeling";

// CamemBERT (Martin et al. 2020): RoBERTa for French, with a vocabulary of SentencePiece.

/**
 * The configuration of a CamemBERT.
 *
 * @see transformers.CamembertConfig
 */
export class CamembertConfig extends encoderConfig<BertSettings>({
  ...ROBERTA,
  modelType: "camembert",
  defaults: { ...ROBERTA.defaults, vocabSize: 30522 },
}) {}

/** @see transformers.CamembertModel */
export class CamembertModel extends RobertaModel {
  override readonly architecture = "CamembertModel";
}

/** @see transformers.CamembertForSequenceClassification */
export class CamembertForSequenceClassification extends RobertaForSequenceClassification {
  override readonly architecture = "CamembertForSequenceClassification";
}

/** @see transformers.CamembertForMaskedLM */
export class CamembertForMaskedLM extends RobertaForMaskedLM {
  override readonly architecture = "CamembertForMaskedLM";
}

export const camembert: Family = {
  configuration: CamembertConfig,
  model: CamembertModel,
  forSequenceClassification: CamembertForSequenceClassification,
  forMaskedLM: CamembertForMaskedLM,
  loraTargets: ["query", "value"],
};
